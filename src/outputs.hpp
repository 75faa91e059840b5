#pragma once

#include <filesystem>
#include <vector>

#include "glimpse/pipeline.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);

}  // namespace glimpse
