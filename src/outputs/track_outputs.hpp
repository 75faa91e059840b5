#pragma once

#include "glimpse/track_outputs.hpp"

namespace glimpse {

/// Whether anything is to be made of tracks.
bool are_wanted(const TrackOptions& options);

/// Throws `UsageError` for tracks that cannot be made, or that there is no place for.
void require_sense(const OutputOptions& output);

}  // namespace glimpse
