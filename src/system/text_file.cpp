#include "system/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "glimpse/error.hpp"

namespace glimpse {

std::string read_text_file(const std::filesystem::path& file) {
    std::error_code ignored;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw UsageError(file.string(), std::strerror(errno));
    if (std::filesystem::is_directory(file, ignored)) {
        throw UsageError(file.string(), std::strerror(EISDIR));
    }
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (stream.bad()) throw UsageError(file.string(), "cannot be read");
    return text;
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return text;
}

std::string place_of_line(const std::filesystem::path& file, std::size_t line) {
    return file.string() + ":" + std::to_string(line);
}

}  // namespace glimpse
