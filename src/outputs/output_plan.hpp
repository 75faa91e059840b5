#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "glimpse/outputs.hpp"
#include "glimpse/track_outputs.hpp"

namespace glimpse {

/// The paths that are not empty.
std::vector<std::filesystem::path> all_of(const OutputPaths& paths);
std::vector<std::filesystem::path> all_of(const TrackPaths& paths);

/// Throws `UsageError` where something is at the path of an output that is to be new.
void require_new(const std::filesystem::path& path);

/// Throws `Error` where an output of that name would leave the output directory through a symbolic link, or
/// has control characters in its name.
void require_outputs_below(const OutputPlan& plan, const std::string& name);

}  // namespace glimpse
