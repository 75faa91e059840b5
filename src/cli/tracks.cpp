#include "cli/tracks.hpp"

#include <iostream>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse::cli {

void add_track_options(CLI::App& command, TrackOptions& tracks) {
    command.add_flag("--strip", tracks.strip,
                     "also write each id's glimpses as one contact sheet, DIR/ID.strip.png");
    const auto formats = animation_formats();
    command
        .add_option("--animate", tracks.animation,
                    "also write each id's images and glimpses as an animation, DIR/ID.track.FORMAT")
        ->check(CLI::IsMember(std::vector<std::string>(formats.begin(), formats.end())))
        ->type_name("FORMAT");
    command
        .add_option("--frame-rate", tracks.frame_rate,
                    "of --animate, 0.1 to 60 frames a second (gif: to 50), 25 by default")
        ->type_name("N");
}

void require_whole_tracks(const TrackOptions& tracks, const InputOptions& input) {
    const std::string option = tracks.strip ? "--strip" : "--animate";
    if (!tracks.strip && tracks.animation.empty()) return;
    if (!input.archives.empty()) throw UsageError(option, "is for images in files, not in an --input-tar");
    if (input.manifest == standard_stream) {
        throw UsageError(option, "all images must be known before: give the manifest as a file");
    }
    if (input.shard.count > 1) {
        throw UsageError(
            option,
            "a share of the images has a share of each track: make the tracks when all shares are "
            "done, in a run without --shard and with --existing skip");
    }
}

bool make_tracks(const Tracks& tracks, const RunOptions& options, const TrackMessages& messages) {
    Progress progress(tracks.outputs(), messages.quiet ? "never" : messages.progress, "tracks");
    bool all_well = true;
    tracks.make(options, [&](const TrackReport& report) {
        if (!report.error.empty()) {
            all_well = false;
            if (!messages.quiet) progress.message(on_one_line(report.output + ": " + report.error));
        } else if (messages.listed) {
            std::cout << "track " << report.track << ", " << report.glimpses << " glimpses -> "
                      << report.output << '\n';
        }
        progress.advance();
    });
    progress.finish();
    return all_well;
}

}  // namespace glimpse::cli
