#pragma once

#include <string>

#include "glimpse/tracks.hpp"

namespace glimpse::cli {

/// What is printed while tracks are made.
struct TrackMessages {
    bool quiet = false;
    bool listed = false;    ///< each output, on standard output
    bool progress = false;  ///< a progress bar
};

/// Makes the tracks, or in a dry run lists them; whether all succeeded.
bool make_tracks(const Tracks& tracks, const RunOptions& options, const TrackMessages& messages);

}  // namespace glimpse::cli
