#pragma once

#include <filesystem>
#include <functional>
#include <system_error>

namespace glimpse {

/// What is done on a walk through a directory and those below it.
struct DirectoryWalk {
    /// Called with each entry. Returns whether to enter it, if it is a directory or a link to one.
    std::function<bool(const std::filesystem::directory_entry&)> visit;
    /// Called with a directory that was entered already by another of its paths.
    std::function<void(const std::filesystem::path&)> met_again = [](const std::filesystem::path&) {};
    /// Called with a directory that cannot be listed, or not to its end.
    std::function<void(const std::filesystem::path&, std::error_code)> failed =
        [](const std::filesystem::path&, std::error_code) {};
};

/// Visits what lies below a directory, and what links lead to. Enters each directory once: by its own path
/// where it has one below `directory`, else by the link that comes first in natural order. Throws what the
/// functions of `walk` throw.
void walk_through(const std::filesystem::path& directory, const DirectoryWalk& walk);

}  // namespace glimpse
