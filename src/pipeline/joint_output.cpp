#include "pipeline/joint_output.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "glimpse/figure.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/run_sheet.hpp"

namespace glimpse {

namespace {

/// Not where the file's time cannot be told.
bool is_newer(const std::filesystem::path& file, std::filesystem::file_time_type since) {
    std::error_code unseen;
    const auto written = std::filesystem::last_write_time(file, unseen);
    return !unseen && written > since;
}

}  // namespace

JointContent::JointContent(const JointOutput& output, const JointPlan& joint, const FinishedRun& run,
                           std::optional<Time> since)
    : output_(output), plan_(run.plan), since_(since) {
    switch (output.kind) {
        case JointOutput::Kind::sequence:
            take_sequence(joint.sequences[output.of], run);
            break;
        case JointOutput::Kind::page:
            take_page(joint.pages[output.of], run);
            break;
        default:
            take_track(joint.tracks[output.of], run);
    }
}

bool JointContent::takes(const std::filesystem::path& file, const FinishedRun& run) {
    if (run.failed.contains(file)) return false;
    is_new_ = is_new_ || run.made.contains(file) || (since_ && is_newer(file, *since_));
    return true;
}

void JointContent::take_track(const Track& track, const FinishedRun& run) {
    for (const Track::Member& member : track.members) {
        const ImageJob& job = run.jobs[member.job];
        if (!takes(member.file, run)) continue;
        glimpses_.push_back({&job, &(*job.glimpses)[member.glimpse], member.file});
    }
}

void JointContent::take_sequence(const Sequence& sequence, const FinishedRun& run) {
    for (const std::size_t number : sequence.jobs) {
        const ImageJob& job = run.jobs[number];
        const OutputPaths paths = output_paths(run.plan, job);
        SequenceFrame frame{.job = &job, .glimpses = {}};
        for (std::size_t k = 0; k < job.glimpses->size(); ++k) {
            if (!takes(paths.glimpses[k].glimpse, run)) continue;
            const Glimpse& glimpse = (*job.glimpses)[k];
            frame.glimpses.push_back({&glimpse, sequence.tracks.at(glimpse.id)});
        }
        if (!frame.glimpses.empty()) frames_.push_back(std::move(frame));
    }
}

void JointContent::take_page(const SheetPage& page, const FinishedRun& run) {
    std::size_t k = page.glimpse;
    for (std::size_t number = page.job; glimpses_.size() < page.cells; ++number, k = 0) {
        const ImageJob& job = run.jobs[number];
        OutputPaths paths = output_paths(run.plan, job);  // of none where the job has a problem
        for (; k < paths.glimpses.size() && glimpses_.size() < page.cells; ++k) {
            std::filesystem::path file = std::move(paths.glimpses[k].glimpse);
            if (!takes(file, run)) file.clear();
            glimpses_.push_back({&job, &(*job.glimpses)[k], std::move(file)});
        }
    }
}

std::size_t JointContent::count() const {
    std::size_t count = 0;
    for (const WrittenGlimpse& glimpse : glimpses_) count += glimpse.file.empty() ? 0 : 1;
    for (const SequenceFrame& frame : frames_) count += frame.glimpses.size();
    return count;
}

JointContent::Lacking JointContent::write(NewFile& file, const RunOptions& options) const {
    const TrackOptions& tracks = plan_.options.tracks;
    const FigureFormat format = plan_.options.figure_format;
    switch (output_.kind) {
        case JointOutput::Kind::strip: {
            Figure strip = strip_of(glimpses_, tracks.cell_size, options);
            const std::size_t left_out = strip.labels_left_out;
            file.write(encode_figure(std::move(strip), format));
            return {.labels_left_out = left_out};
        }
        case JointOutput::Kind::animation:
            animate(glimpses_, tracks, options, file.temporary_path());
            break;
        case JointOutput::Kind::crops:
            animate_crops(glimpses_, tracks, options, file.temporary_path());
            break;
        case JointOutput::Kind::sequence:
            return {.labels_left_out = animate_sequence(frames_, tracks, options, file.temporary_path())};
        case JointOutput::Kind::page: {
            PageOfRun page = page_of_run(glimpses_, plan_.options, options);
            file.write(encode_figure(std::move(page.figure), format));
            return {.clipped = page.clipped};
        }
    }
    return {};
}

}  // namespace glimpse
