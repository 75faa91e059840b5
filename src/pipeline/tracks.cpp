#include "glimpse/tracks.hpp"

#include <algorithm>
#include <set>

#include "glimpse/error.hpp"
#include "glimpse/figure.hpp"
#include "outputs/output_plan.hpp"
#include "outputs/track_outputs.hpp"
#include "pipeline/track_pictures.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/ordered_work.hpp"
#include "system/syncing.hpp"

namespace glimpse {

namespace fs = std::filesystem;

Tracks::Tracks(const std::vector<ImageJob>& jobs, const OutputPlan& plan) : plan_(plan) {
    if (!are_wanted(plan.options.tracks)) return;
    jobs_ = jobs;
    tracks_ = tracks_of(jobs_, plan_);
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        const TrackPaths paths = track_paths(plan_, tracks_[k]);
        add(k, paths.strip, false);
        add(k, paths.animation, true);
    }
}

void Tracks::add(std::size_t track, const fs::path& path, bool animated) {
    if (!path.empty() && !is_kept(plan_.options, path)) outputs_.push_back({track, path, animated});
}

void Tracks::require_new() const {
    for (const Output& output : outputs_) glimpse::require_new(output.path);
}

void Tracks::record(const FinishedJob& done) {
    if (tracks_.empty()) return;
    std::set<fs::path> made;
    for (const GlimpseReport& glimpse : done.report.glimpses) made.insert(glimpse.output);
    for (const GlimpsePaths& paths : done.paths.glimpses) {
        if (!made.contains(paths.glimpse)) failed_.insert(paths.glimpse);
    }
}

void Tracks::make(const RunOptions& options, const std::function<void(const TrackReport&)>& finished) const {
    if (outputs_.empty()) return;
    Cleaning clean;
    if (!options.dry_run) {
        for (const Output& output : outputs_) clean_beside(plan_, output.path, clean);
    }
    std::size_t count = 0;
    const auto next = [&]() -> std::optional<std::size_t> {
        if (count == outputs_.size() || options.interrupted()) return std::nullopt;
        return count++;
    };
    RunOptions own = options;
    own.open.memory.cancelled = own.open.mask_memory.cancelled = options.interrupted;
    const auto work = [&](std::size_t number) { return make_one(outputs_[number], own); };
    work_through_on(options.jobs, outputs_.size(), next, work, finished);
}

TrackReport Tracks::make_one(const Output& output, const RunOptions& options) const {
    const Track& track = tracks_[output.track];
    TrackReport report{.track = track.name, .output = output.path.string()};
    try {
        std::vector<WrittenGlimpse> glimpses;
        for (const Track::Member& member : track.members) {
            const ImageJob& job = jobs_[member.job];
            if (failed_.contains(member.file)) continue;
            glimpses.push_back({&job, &(*job.glimpses)[member.glimpse], member.file});
        }
        report.glimpses = glimpses.size();
        if (glimpses.empty()) throw Error("none of its glimpses was made");
        if (options.dry_run) return report;
        require_outputs_below(plan_, track.name);
        report.remade = is_remade(plan_.options, output.path);
        const OutputPlace place = place_of(plan_, output.path);
        NewFile file(place.root, place.name);
        if (output.animated) {
            animate(glimpses, plan_.options.tracks, options, file.temporary_path());
        } else {
            file.write(encode_figure(strip_of(glimpses, plan_.options.tracks.cell_size, options),
                                     plan_.options.figure_format));
        }
        const bool replace = plan_.options.existing != Existing::error;
        plan_.options.sync ? publish_synced(file, replace) : file.publish(replace);
    } catch (...) {
        report.error = current_message();
    }
    return report;
}

}  // namespace glimpse
