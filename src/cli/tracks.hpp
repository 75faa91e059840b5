#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "glimpse/inputs.hpp"
#include "glimpse/tracks.hpp"

namespace glimpse::cli {

/// --strip, --animate and --frame-rate.
void add_track_options(CLI::App& command, TrackOptions& tracks);

/// Throws `UsageError` where tracks are wanted of images that are not all known to this run.
void require_whole_tracks(const TrackOptions& tracks, const InputOptions& input);

/// What is said while tracks are made.
struct TrackMessages {
    bool quiet = false;
    bool listed = false;  ///< each output, on standard output
    std::string progress;
};

/// Makes the tracks, or says what they would be, and whether all went well.
bool make_tracks(const Tracks& tracks, const RunOptions& options, const TrackMessages& messages);

}  // namespace glimpse::cli
