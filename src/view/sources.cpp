#include "view/sources.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>

#include "system/reported_path.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// A name with a NUL would stand for another file.
bool is_file(const fs::path& path) {
    std::error_code unseen;
    return path.native().find('\0') == std::string::npos && fs::is_regular_file(path, unseen);
}

bool is_plain_in_links(unsigned char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') ||
           std::string_view("-._~/").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

std::optional<PictureSource> source_of(std::string_view reported) {
    const std::string path = path_of_reported(reported);
    if (is_file(path)) return PictureSource{path};
    // "ARCHIVE/MEMBER"
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        if (is_file(path.substr(0, slash)))
            return PictureSource{path.substr(0, slash), path.substr(slash + 1)};
    }
    return std::nullopt;
}

std::optional<PictureSource> source_in(std::string_view archive, std::string_view member) {
    const std::string path = path_of_reported(archive);
    if (!is_file(path)) return std::nullopt;
    return PictureSource{path, path_of_reported(member)};
}

Size size_of_svg(const fs::path& file) {
    constexpr std::size_t enough = 512;  // the root stands at the beginning
    std::string text(enough, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    Size size;
    for (const auto& [name, length] : {std::pair(" width=\"", &size.width), {" height=\"", &size.height}}) {
        const std::size_t begin = text.find(name);
        if (begin == std::string::npos) return {};
        const char* const digits = text.data() + begin + std::string_view(name).size();
        if (std::from_chars(digits, text.data() + text.size(), *length).ec != std::errc()) return {};
    }
    return size;
}

fs::path without_parents(const fs::path& path) {
    const fs::path absolute = fs::absolute(path);
    fs::path plain = absolute.lexically_normal();
    if (std::ranges::find(absolute, "..") == absolute.end()) return plain;
    const fs::path resolved = resolved_path(path);
    return resolved_path(plain) == resolved ? plain : resolved;
}

std::string link_to(const fs::path& directory, const fs::path& file) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string link;
    for (const char c : without_parents(file).lexically_relative(directory).string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain_in_links(byte)) {
            link += c;
        } else {
            link += {'%', digits[byte / 16], digits[byte % 16]};
        }
    }
    return link;
}

}  // namespace glimpse
