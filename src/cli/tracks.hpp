#pragma once

#include <string>

#include "glimpse/tracks.hpp"

namespace glimpse::cli {

/// What is said while tracks are made.
struct TrackMessages {
    bool quiet = false;
    bool listed = false;    ///< each output, on standard output
    bool progress = false;  ///< how far it is
};

/// Makes the tracks, or says what they would be, and whether all went well.
bool make_tracks(const Tracks& tracks, const RunOptions& options, const TrackMessages& messages);

}  // namespace glimpse::cli
