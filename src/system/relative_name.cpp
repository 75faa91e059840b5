#include "system/relative_name.hpp"

#include <algorithm>
#include <cctype>

#include "glimpse/files.hpp"

namespace glimpse {

namespace fs = std::filesystem;

bool stays_below(std::string_view name) {
    if (name.find('\0') != std::string_view::npos) return false;
    for (std::size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
        end = name.find('/', begin);
        const std::string_view part = name.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
    }
    return true;
}

std::string obstacle_in_name(const fs::path& name) {
    if (name.native().find('\0') != std::string::npos)
        return "the name has a zero character, which no file's has";
    if (name.empty()) return "the name of an image is empty";
    if (name.is_absolute()) return "'" + name.string() + "' is absolute, and leads out of its directory";
    if (std::ranges::find(name, fs::path("..")) != name.end()) {
        return "'" + name.string() + "' climbs out of its directory";
    }
    return {};
}

std::string obstacle_within(const fs::path& directory, const fs::path& name) {
    if (std::string obstacle = obstacle_in_name(name); !obstacle.empty()) return obstacle;
    std::error_code unseen;
    // A relative path becomes an absolute one only where it begins with what is there, and another thread may
    // make the directory between the two.
    const fs::path given = fs::absolute(directory.empty() ? "." : directory, unseen);
    fs::path root = fs::weakly_canonical(given, unseen);
    if (!root.has_filename()) root = root.parent_path();  // written with a slash at its end
    const fs::path real = fs::weakly_canonical(given / name, unseen);
    if (unseen) return {};  // what cannot be looked at cannot be opened either
    const auto [end, ignored] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
    if (end == root.end()) return {};
    return "'" + name.string() + "' leads out of its directory through a symbolic link";
}

fs::path directory_of(const fs::path& document) {
    std::error_code unseen;
    return fs::is_fifo(document, unseen) ? fs::path() : document.parent_path();
}

std::string output_name(const fs::path& image) {
    const fs::path normal = image.lexically_normal();
    const bool is_below = normal.is_relative() && (normal.empty() || *normal.begin() != "..");
    return (is_below ? fs::path(normal).replace_extension() : normal.stem()).string();
}

std::string extension_of(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension;
}

}  // namespace glimpse
