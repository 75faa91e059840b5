#include "inputs/standard_input.hpp"

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

void StandardInput::claim(const std::string& field) {
    if (!taken_by_.empty()) {
        throw InvalidOption(field,
                            std::string(place_of_standard_input) + " is already read by " +
                                field_name(taken_by_) + " " + standard_stream,
                            standard_stream);
    }
    taken_by_ = field;
}

std::vector<std::uint8_t> StandardInput::take(const std::string& field, const InputLimit& limit) {
    claim(field);
    return read_standard_input(limit);
}

std::string StandardInput::take_text(const std::string& field) {
    const std::vector<std::uint8_t> bytes = take(field, document_limit);
    return {bytes.begin(), bytes.end()};
}

}  // namespace glimpse
