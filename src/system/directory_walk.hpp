#pragma once

#include <filesystem>
#include <functional>
#include <system_error>

namespace glimpse {

/// What is done on a walk through a directory and those below it.
struct DirectoryWalk {
    /// With each entry. Whether it is to be entered, should it be a directory or a link to one.
    std::function<bool(const std::filesystem::directory_entry&)> visit;
    /// With a directory that was entered already, by another of its paths.
    std::function<void(const std::filesystem::path&)> met_again = [](const std::filesystem::path&) {};
    /// With a directory that cannot be listed, or not to its end.
    std::function<void(const std::filesystem::path&, std::error_code)> failed =
        [](const std::filesystem::path&, std::error_code) {};
};

/// Visits what lies below a directory, and what links lead to, each directory once: by its own path where it
/// has one below `directory`, else by the link that comes first in natural order. What the functions of
/// `walk` throw, passes.
void walk_through(const std::filesystem::path& directory, const DirectoryWalk& walk);

}  // namespace glimpse
