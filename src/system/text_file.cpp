#include "system/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "glimpse/error.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

std::string obstacle_to_input(const std::filesystem::path& file) {
    std::error_code ignored;
    switch (std::filesystem::status(file, ignored).type()) {
        case std::filesystem::file_type::directory:
            return std::strerror(EISDIR);
        case std::filesystem::file_type::character:
        case std::filesystem::file_type::block: {
            const std::string name = std::filesystem::canonical(file, ignored).string();
            const bool has_end =
                name == "/dev/null" || name.starts_with("/dev/tty") || name.starts_with("/dev/pts/");
            return has_end ? "" : "is a device, which may have no end; give - to read it through a pipe";
        }
        default:
            return {};
    }
}

std::string read_text_file(const std::filesystem::path& file) {
    if (const std::string obstacle = obstacle_to_input(file); !obstacle.empty()) {
        throw UsageError(file.string(), obstacle);
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw UsageError(file.string(), open_failure(errno));
    std::string text;
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(file, unknown);
    if (!unknown) text.reserve(size);  // growing would take twice as much
    std::vector<char> portion(std::size_t{1} << 16);
    do {
        stream.read(portion.data(), std::ssize(portion));
        text.append(portion.data(), static_cast<std::size_t>(stream.gcount()));
    } while (stream);
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
