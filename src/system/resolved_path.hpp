#pragma once

#include <filesystem>

namespace glimpse {

/// What `path` names once the directories that it lacks are made, as they are for an output: absolute,
/// without `.`, `..` and links that can be followed. `std::filesystem::weakly_canonical` follows none behind
/// what is missing.
std::filesystem::path resolved_path(const std::filesystem::path& path);

}  // namespace glimpse
