#include "annotations/within.hpp"

#include <algorithm>

namespace glimpse {

namespace fs = std::filesystem;

std::string obstacle_within(const fs::path& directory, const fs::path& name) {
    if (name.empty()) return "the name of an image is empty";
    if (name.is_absolute()) return "'" + name.string() + "' is absolute, and leads out of its directory";
    if (std::ranges::find(name, fs::path("..")) != name.end()) {
        return "'" + name.string() + "' climbs out of its directory";
    }
    std::error_code unseen;
    fs::path root = fs::weakly_canonical(directory, unseen);
    if (!root.has_filename()) root = root.parent_path();  // written with a slash at its end
    const fs::path real = fs::weakly_canonical(directory / name, unseen);
    if (unseen) return {};  // what cannot be looked at cannot be opened either
    const auto [end, ignored] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
    if (end == root.end()) return {};
    return "'" + name.string() + "' leads out of its directory through a symbolic link";
}

}  // namespace glimpse
