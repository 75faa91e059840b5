#include "inputs/standard_input.hpp"

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

void StandardInput::claim(const std::string& who) {
    if (!taken_by_.empty()) throw UsageError(who, "standard input is already read by " + taken_by_);
    taken_by_ = who;
}

std::vector<std::uint8_t> StandardInput::take(const std::string& who) {
    claim(who);
    return read_standard_input();
}

std::string StandardInput::take_text(const std::string& who) {
    const std::vector<std::uint8_t> bytes = take(who);
    return {bytes.begin(), bytes.end()};
}

}  // namespace glimpse
