#include "cli/tracks.hpp"

#include <iostream>

#include "cli/action.hpp"
#include "cli/progress.hpp"

namespace glimpse::cli {

bool make_tracks(const Tracks& tracks, const std::vector<JointOutput>& due, const RunOptions& options,
                 const TrackMessages& messages, RunRecord& record, Notices& notices) {
    Progress progress(due.size(), messages.progress, "outputs");
    bool all_well = true;
    tracks.make(due, options, [&](const TrackReport& report) {
        if (report.remade && !messages.quiet) progress.message(about_remade(report.output));
        if (!report.error.empty()) {
            all_well = false;
            if (!messages.quiet) progress.message(message_line(report.output + ": " + report.error));
        } else if (messages.listed) {
            std::cout << on_one_line(report.subject + ", " + std::to_string(report.glimpses) +
                                     (report.glimpses == 1 ? " glimpse -> " : " glimpses -> ") +
                                     report.output)
                      << '\n';
        }
        record.add_joint_output(report.output, report.error, report.clipped);
        notices.record(report);
        progress.advance();
    });
    progress.finish();
    return all_well;
}

}  // namespace glimpse::cli
