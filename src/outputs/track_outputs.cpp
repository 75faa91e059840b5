#include "outputs/track_outputs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "outputs/sheet_pages.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "video/video.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

constexpr double least_frame_rate = 0.1;

/// An animation that is asked for, if its name is not empty.
struct Animation {
    const char* field;
    const std::string& name;
};

std::array<Animation, 3> animations_of(const TrackOptions& options) {
    return {{{"tracks.animation", options.animation},
             {"tracks.crops", options.crops},
             {"tracks.sequence", options.sequence}}};
}

void require_animation(const Animation& animation, double rate) {
    const auto& formats = video_formats();
    const auto format = std::ranges::find(formats, animation.name, &VideoFormat::name);
    if (format == formats.end()) {
        throw InvalidOption(
            animation.field,
            "'" + animation.name + "' is no format of animations; those are " + join(animation_formats()));
    }
    if (!(rate >= least_frame_rate && rate <= format->maximum_frame_rate)) {
        throw InvalidOption("tracks.frame_rate", number_text(least_frame_rate) + " to " +
                                                     std::to_string(std::lround(format->maximum_frame_rate)) +
                                                     " frames a second are shown as " + animation.name +
                                                     ", not " + number_text(rate));
    }
    with_context<InvalidOption>(animation.field, [&] { video().require(animation.name); });
}

std::string directory_of(const ImageJob& job) {
    return fs::path(job.name).parent_path().string();
}

void add_outputs_of_tracks(const OutputPlan& plan, JointPlan& joint) {
    using Kind = JointOutput::Kind;
    const TrackOptions& options = plan.options.tracks;
    const std::string format(figure_format_name(plan.options.figure_format));
    for (std::size_t k = 0; k < joint.tracks.size(); ++k) {
        const std::string base = (fs::path(plan.options.out) / joint.tracks[k].name).string();
        const auto add = [&](Kind kind, const std::string& ending) {
            joint.outputs.push_back({kind, k, base + ending});
        };
        if (options.strip) add(Kind::strip, ".strip." + format);
        if (!options.animation.empty()) add(Kind::animation, ".track." + options.animation);
        if (!options.crops.empty()) add(Kind::crops, ".crops." + options.crops);
    }
}

/// Of the run's sheet.
SheetPages sheet_pages(const OutputPlan& plan, const JointPlan& joint) {
    return {(fs::path(plan.options.out) / "sheet").string(), joint.pages.size(), plan.options.figure_format};
}

void add_pages(const OutputPlan& plan, JointPlan& joint) {
    const std::vector<fs::path> paths = sheet_pages(plan, joint).paths();
    for (std::size_t k = 0; k < paths.size(); ++k) {
        joint.outputs.push_back({JointOutput::Kind::page, k, paths[k]});
    }
}

}  // namespace

std::string joining_field(const OutputOptions& output) {
    if (output.tracks.strip) return "tracks.strip";
    for (const Animation& animation : animations_of(output.tracks)) {
        if (!animation.name.empty()) return animation.field;
    }
    return output.sheet.over_run ? "sheet.over_run" : "";
}

bool makes_joint_outputs(const OutputOptions& options) {
    return !joining_field(options).empty();
}

void validate_tracks(const OutputOptions& output) {
    const TrackOptions& options = output.tracks;
    const auto animations = animations_of(options);
    const auto is_wanted = [](const Animation& animation) { return !animation.name.empty(); };
    if (options.frame_rate && std::ranges::none_of(animations, is_wanted)) {
        throw InvalidOption("tracks.frame_rate",
                            "is about animations: give " + field_name("tracks.animation") + ", " +
                                field_name("tracks.crops") + " or " + field_name("tracks.sequence"));
    }
    const std::string joining = joining_field(output);
    if (!joining.empty() && !output.archive.empty())
        throw InvalidOption(joining, "is of several images, and an archive has a sample for each: give " +
                                         field_name("out") + " a directory in place of " +
                                         field_name("archive"));
    if (!joining.empty() && holds_one_glimpse(output.out))
        throw InvalidOption(joining, "is of several glimpses: give " + field_name("out") +
                                         " a directory, not '" + output.out + "'");
    for (const Animation& animation : animations) {
        if (is_wanted(animation)) {
            require_animation(animation, options.frame_rate.value_or(default_frame_rate));
        }
    }
}

std::vector<Track> tracks_of(const std::vector<ImageJob>& jobs, const OutputPlan& plan) {
    std::vector<Track> tracks;
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        if (!jobs[job].problem.empty()) continue;
        const fs::path directory = directory_of(jobs[job]);
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

std::vector<Sequence> sequences_of(const std::vector<ImageJob>& jobs) {
    std::vector<Sequence> sequences;
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        if (!jobs[job].problem.empty() || jobs[job].glimpses->empty()) continue;
        const auto [position, is_new] = positions.emplace(directory_of(jobs[job]), sequences.size());
        if (is_new) sequences.push_back({.directory = position->first, .jobs = {}, .tracks = {}});
        Sequence& sequence = sequences[position->second];
        sequence.jobs.push_back(job);
        for (const Glimpse& glimpse : *jobs[job].glimpses) {
            sequence.tracks.emplace(glimpse.id, sequence.tracks.size());
        }
    }
    return sequences;
}

std::size_t cells_of_page(const SheetOptions& options) {
    constexpr std::size_t most_pixels = std::size_t{1} << 24;
    const auto side = static_cast<std::size_t>(options.cell_size);
    const std::size_t of_cell = pictures_of_cell(options.content) * side * side;
    return std::clamp<std::size_t>(most_pixels / of_cell, 1, most_cells_of_page);
}

std::vector<SheetPage> pages_of_run(const std::vector<ImageJob>& jobs, const SheetOptions& options) {
    const std::size_t most = cells_of_page(options);
    std::vector<SheetPage> pages;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        if (!jobs[job].problem.empty()) continue;
        for (std::size_t k = 0; k < jobs[job].glimpses->size();) {
            if (pages.empty() || pages.back().cells == most) pages.push_back({.job = job, .glimpse = k});
            const std::size_t taken = std::min(most - pages.back().cells, jobs[job].glimpses->size() - k);
            pages.back().cells += taken;
            k += taken;
        }
    }
    return pages;
}

JointPlan plan_joint_outputs(const std::vector<ImageJob>& jobs, const OutputPlan& plan) {
    const TrackOptions& options = plan.options.tracks;
    JointPlan joint;
    if (options.strip || !options.animation.empty() || !options.crops.empty()) {
        joint.tracks = tracks_of(jobs, plan);
        add_outputs_of_tracks(plan, joint);
    }
    if (!options.sequence.empty()) {
        joint.sequences = sequences_of(jobs);
        for (std::size_t k = 0; k < joint.sequences.size(); ++k) {
            const fs::path directory = fs::path(plan.options.out) / joint.sequences[k].directory;
            joint.outputs.push_back(
                {JointOutput::Kind::sequence, k, directory / ("tracks." + options.sequence)});
        }
    }
    if (plan.options.sheet.over_run) {
        joint.pages = pages_of_run(jobs, plan.options.sheet);
        add_pages(plan, joint);
    }
    return joint;
}

std::vector<fs::path> former_pages(const JointPlan& joint, const OutputPlan& plan) {
    return sheet_pages(plan, joint).former();
}

std::string JointPlan::subject_of(const JointOutput& output) const {
    switch (output.kind) {
        case JointOutput::Kind::sequence: {
            const std::string& directory = sequences[output.of].directory;
            return directory.empty() ? "all tracks" : "all tracks of " + directory;
        }
        case JointOutput::Kind::page:
            return "sheet of the run" + (pages.size() == 1 ? "" : ", page " + std::to_string(output.of + 1));
        default:
            return "track " + tracks[output.of].name;
    }
}

std::vector<std::string_view> animation_formats() {
    std::vector<std::string_view> names;
    for (const VideoFormat& format : video_formats()) names.push_back(format.name);
    return names;
}

}  // namespace glimpse
