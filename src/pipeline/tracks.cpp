#include "glimpse/tracks.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/track_pictures.hpp"
#include "system/at_place.hpp"
#include "system/current_message.hpp"
#include "system/file_io.hpp"
#include "system/ordered_work.hpp"
#include "system/words.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

constexpr double least_frame_rate = 0.1;

void require_animation(const TrackOptions& options) {
    const auto& formats = video_formats();
    const auto format = std::ranges::find(formats, options.animation, &VideoFormat::name);
    if (format == formats.end()) {
        throw UsageError("--animate", "'" + options.animation + "' is no format of animations; those are " +
                                          in_a_row(animation_formats()));
    }
    const double rate = options.frame_rate.value_or(default_frame_rate);
    if (!(rate >= least_frame_rate && rate <= format->most_frames)) {
        throw UsageError("--frame-rate", "0.1 to " + std::to_string(std::lround(format->most_frames)) +
                                             " frames a second are shown as " + options.animation);
    }
    at_place<UsageError>("--animate", [&] { video().require(options.animation); });
}

}  // namespace

bool are_wanted(const TrackOptions& options) {
    return options.strip || !options.animation.empty();
}

void require_sense(const OutputOptions& output) {
    const TrackOptions& options = output.tracks;
    if (options.frame_rate && options.animation.empty()) {
        throw UsageError("--frame-rate", "is about animations: give --animate");
    }
    if (are_wanted(options) && (!output.archive.empty() || holds_one_glimpse(output.out))) {
        const std::string& place = output.archive.empty() ? output.out : output.archive;
        throw UsageError(options.strip ? "--strip" : "--animate",
                         "a track has several glimpses: give --out a directory, not '" + place + "'");
    }
    if (!options.animation.empty()) require_animation(options);
}

std::vector<Track> tracks_of(const std::vector<ImageJob>& jobs) {
    std::vector<Track> tracks;
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        if (!jobs[job].problem.empty()) continue;
        const fs::path directory = fs::path(jobs[job].name).parent_path();
        for (std::size_t k = 0; k < jobs[job].glimpses->size(); ++k) {
            const std::string name = (directory / (*jobs[job].glimpses)[k].id).string();
            const auto [position, is_new] = positions.emplace(name, tracks.size());
            if (is_new) tracks.push_back({name, {}});
            tracks[position->second].members.push_back({job, k});
        }
    }
    return tracks;
}

TrackPaths track_paths(const OutputPlan& plan, const Track& track) {
    const TrackOptions& options = plan.options.tracks;
    const std::string base = (fs::path(plan.options.out) / track.name).string();
    TrackPaths paths;
    if (options.strip) paths.strip = base + ".strip.png";
    if (!options.animation.empty()) paths.animation = base + ".track." + options.animation;
    return paths;
}

std::vector<std::string_view> animation_formats() {
    std::vector<std::string_view> names;
    for (const VideoFormat& format : video_formats()) names.push_back(format.name);
    return names;
}

Tracks::Tracks(const std::vector<ImageJob>& jobs, const OutputPlan& plan) : plan_(plan) {
    if (!are_wanted(plan.options.tracks)) return;
    jobs_ = jobs;
    tracks_ = tracks_of(jobs_);
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        const TrackPaths paths = track_paths(plan_, tracks_[k]);
        add(k, paths.strip, false);
        add(k, paths.animation, true);
    }
}

void Tracks::add(std::size_t track, const fs::path& path, bool animated) {
    const bool stays = plan_.options.existing == Existing::skip && is_there(path);
    if (!path.empty() && !stays) outputs_.push_back({track, path, animated});
}

void Tracks::require_new() const {
    for (const Output& output : outputs_) {
        if (is_there(output.path))
            throw UsageError(output.path.string(), "is there already (--existing error)");
    }
}

void Tracks::heed(const ImageJob& job, const ImageReport& report) {
    if (tracks_.empty()) return;
    const std::vector<fs::path> paths = output_paths(plan_, job).glimpses;
    for (std::size_t k = 0; k < paths.size(); ++k) {
        const bool made = k < report.glimpses.size() && !report.glimpses[k].output.empty();
        if (!made) failed_.insert(paths[k]);
    }
}

void Tracks::make(const RunOptions& options, const std::function<void(const TrackReport&)>& finished) const {
    if (outputs_.empty()) return;
    if (!options.dry_run) remove_what_killed_runs_left();
    std::size_t count = 0;
    const auto next = [&]() -> std::optional<std::size_t> {
        if (count == outputs_.size() || options.interrupted()) return std::nullopt;
        return count++;
    };
    const auto work = [&](std::size_t number) { return make_one(outputs_[number], options); };
    work_through_on(options.jobs, outputs_.size(), next, work, finished);
}

void Tracks::remove_what_killed_runs_left() const {
    std::set<fs::path> directories;
    for (const Output& output : outputs_) directories.insert(output.path.parent_path());
    std::ranges::for_each(directories, remove_abandoned_files);
}

TrackReport Tracks::make_one(const Output& output, const RunOptions& options) const {
    const Track& track = tracks_[output.track];
    TrackReport report{track.name, output.path.string(), 0, ""};
    try {
        std::vector<WrittenGlimpse> glimpses;
        for (const Track::Member& member : track.members) {
            const ImageJob& job = jobs_[member.job];
            const fs::path file = output_paths(plan_, job).glimpses[member.glimpse];
            if (!failed_.contains(file)) glimpses.push_back({&job, &(*job.glimpses)[member.glimpse], file});
        }
        report.glimpses = glimpses.size();
        if (glimpses.empty()) throw Error("none of its glimpses was made");
        if (options.dry_run) return report;
        require_outputs_below(plan_, track.name);
        NewFile file(output.path);
        if (output.animated) {
            animate(glimpses, plan_.options.tracks, options, file.temporary_name());
        } else {
            file.write(encode_image({strip_of(glimpses, options), false, {}, false}, "png"));
        }
        file.publish(plan_.options.existing != Existing::error);
    } catch (...) {
        report.error = current_message();
    }
    return report;
}

}  // namespace glimpse
