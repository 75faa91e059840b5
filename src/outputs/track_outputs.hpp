#pragma once

#include "glimpse/track_outputs.hpp"

namespace glimpse {

/// Throws `UsageError` for track options that contradict each other or `out`, or cannot be met.
void validate_tracks(const OutputOptions& output);

}  // namespace glimpse
