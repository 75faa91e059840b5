#pragma once

#include <vector>

#include "cli/notices.hpp"
#include "cli/run_record.hpp"
#include "glimpse/tracks.hpp"

namespace glimpse::cli {

/// What is printed while tracks are made.
struct TrackMessages {
    bool quiet = false;
    bool listed = false;    ///< each output, on standard output
    bool progress = false;  ///< a progress bar
};

/// Makes what is due of the tracks, or in a dry run lists it, and records each output, also for the notices;
/// whether all succeeded.
bool make_tracks(const Tracks& tracks, const std::vector<JointOutput>& due, const RunOptions& options,
                 const TrackMessages& messages, RunRecord& record, Notices& notices);

}  // namespace glimpse::cli
