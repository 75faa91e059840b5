#include "outputs/track_outputs.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/failure.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

constexpr double least_frame_rate = 0.1;

void require_animation(const TrackOptions& options) {
    const auto& formats = video_formats();
    const auto format = std::ranges::find(formats, options.animation, &VideoFormat::name);
    if (format == formats.end()) {
        throw InvalidOption(
            "tracks.animation",
            "'" + options.animation + "' is no format of animations; those are " + join(animation_formats()));
    }
    const double rate = options.frame_rate.value_or(default_frame_rate);
    if (!(rate >= least_frame_rate && rate <= format->maximum_frame_rate)) {
        throw InvalidOption("tracks.frame_rate", number_text(least_frame_rate) + " to " +
                                                     std::to_string(std::lround(format->maximum_frame_rate)) +
                                                     " frames a second are shown as " + options.animation +
                                                     ", not " + number_text(rate));
    }
    with_context<InvalidOption>("tracks.animation", [&] { video().require(options.animation); });
}

}  // namespace

bool are_wanted(const TrackOptions& options) {
    return options.strip || !options.animation.empty();
}

void validate_tracks(const OutputOptions& output) {
    const TrackOptions& options = output.tracks;
    if (options.frame_rate && options.animation.empty()) {
        throw InvalidOption("tracks.frame_rate",
                            "is about animations: give " + field_name("tracks.animation"));
    }
    if (are_wanted(options) && (!output.archive.empty() || holds_one_glimpse(output.out))) {
        const std::string& place = output.archive.empty() ? output.out : output.archive;
        throw InvalidOption(
            options.strip ? "tracks.strip" : "tracks.animation",
            "a track has several glimpses: give " + field_name("out") + " a directory, not '" + place + "'");
    }
    if (!options.animation.empty()) require_animation(options);
}

std::vector<Track> tracks_of(const std::vector<ImageJob>& jobs, const OutputPlan& plan) {
    std::vector<Track> tracks;
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        if (!jobs[job].problem.empty()) continue;
        const fs::path directory = fs::path(jobs[job].name).parent_path();
        OutputPaths paths = output_paths(plan, jobs[job]);
        for (std::size_t k = 0; k < jobs[job].glimpses->size(); ++k) {
            const std::string name = (directory / (*jobs[job].glimpses)[k].id).string();
            const auto [position, is_new] = positions.emplace(name, tracks.size());
            if (is_new) tracks.push_back({.name = name, .members = {}});
            tracks[position->second].members.push_back(
                {.job = job, .glimpse = k, .file = std::move(paths.glimpses[k].glimpse)});
        }
    }
    return tracks;
}

TrackPaths track_paths(const OutputPlan& plan, const Track& track) {
    const TrackOptions& options = plan.options.tracks;
    const std::string base = (fs::path(plan.options.out) / track.name).string();
    TrackPaths paths;
    if (options.strip) {
        paths.strip = base + ".strip." + std::string(figure_format_name(plan.options.figure_format));
    }
    if (!options.animation.empty()) paths.animation = base + ".track." + options.animation;
    return paths;
}

std::vector<std::string_view> animation_formats() {
    std::vector<std::string_view> names;
    for (const VideoFormat& format : video_formats()) names.push_back(format.name);
    return names;
}

}  // namespace glimpse
