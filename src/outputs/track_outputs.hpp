#pragma once

#include "glimpse/track_outputs.hpp"

namespace glimpse {

/// Whether anything is to be made of tracks.
bool are_wanted(const TrackOptions& options);

/// Throws `UsageError` for track options that contradict each other or `out`, or cannot be met.
void validate_tracks(const OutputOptions& output);

}  // namespace glimpse
