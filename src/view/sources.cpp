#include "view/sources.hpp"

#include <system_error>

#include "outputs/reported_path.hpp"
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

/// A path to the file without "..": a browser takes that away with what stands before, even a symbolic link.
fs::path without_parents(const fs::path& file) {
    std::error_code failure;
    const fs::path plain = fs::absolute(file).lexically_normal();
    const bool is_same = fs::equivalent(plain, file, failure);
    return is_same && !failure ? plain : resolved_path(file);
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

std::string base_of_outputs(std::string_view output, std::string_view id) {
    fs::path base = fs::path(output).replace_extension();
    const std::string suffix = "." + std::string(id);
    std::string text = base.string();
    if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());  // not where `out` names a file
    return text;
}

}  // namespace glimpse
