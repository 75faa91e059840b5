#include "glimpse/tracks.hpp"

#include <optional>
#include <system_error>

#include "glimpse/error.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/joint_output.hpp"
#include "pipeline/run_sheet.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/ordered_work.hpp"
#include "system/syncing.hpp"

namespace glimpse {

namespace fs = std::filesystem;

Tracks::Tracks(const std::vector<ImageJob>& jobs, const OutputPlan& plan) : plan_(plan) {
    if (!makes_joint_outputs(plan.options)) return;
    jobs_ = jobs;
    joint_ = plan_joint_outputs(jobs_, plan_);
    if (!joint_.pages.empty()) plan_.options.style = style_of_run(plan_.options.style, jobs_);
    for (const JointOutput& output : joint_.outputs) {
        if (is_kept(plan_.options, output.path)) kept_.insert(output.path);
    }
}

std::vector<fs::path> Tracks::former_pages() const {
    return glimpse::former_pages(joint_, plan_);
}

bool Tracks::is_stale(const JointOutput& output) const {
    std::error_code unseen;
    const auto written = fs::last_write_time(output.path, unseen);
    const auto since = unseen ? std::nullopt : std::optional(written);
    return JointContent(output, joint_, {jobs_, plan_, failed_, made_}, since).is_new();
}

std::vector<JointOutput> Tracks::due() const {
    std::vector<JointOutput> due;
    for (const JointOutput& output : joint_.outputs) {
        if (!kept_.contains(output.path) || is_stale(output)) due.push_back(output);
    }
    return due;
}

void Tracks::require_new() const {
    for (const JointOutput& output : joint_.outputs) glimpse::require_new(output.path);
}

void Tracks::record(const FinishedJob& done) {
    if (jobs_.empty()) return;
    std::set<fs::path> made;
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        made.insert(glimpse.output);
        if (!kept_.empty() && !glimpse.skipped && !glimpse.output.empty()) made_.insert(glimpse.output);
    }
    for (const GlimpsePaths& paths : done.paths.glimpses) {
        if (!made.contains(paths.glimpse)) failed_.insert(paths.glimpse);
    }
}

void Tracks::make(const std::vector<JointOutput>& outputs, const RunOptions& options,
                  const std::function<void(const TrackReport&)>& finished) const {
    if (outputs.empty()) return;
    Cleaning clean;
    if (!options.dry_run) {
        for (const JointOutput& output : outputs) clean_beside(plan_, output.path, clean);
    }
    std::size_t count = 0;
    const auto next = [&]() -> std::optional<std::size_t> {
        if (count == outputs.size() || options.interrupted()) return std::nullopt;
        return count++;
    };
    RunOptions own = options;
    own.open.memory.cancelled = own.open.mask_memory.cancelled = options.interrupted;
    const auto work = [&](std::size_t number) { return make_one(outputs[number], own); };
    work_through_on(options.jobs, outputs.size(), next, work, finished);
}

TrackReport Tracks::make_one(const JointOutput& output, const RunOptions& options) const {
    TrackReport report{.subject = joint_.subject_of(output), .output = output.path.string()};
    try {
        const JointContent content(output, joint_, {jobs_, plan_, failed_, made_});
        report.glimpses = content.count();
        if (report.glimpses == 0) throw Error("none of its glimpses was made");
        if (options.dry_run) return report;
        const OutputPlace place = place_of(plan_, output.path);
        require_outputs_below(plan_, place.name.string());
        report.remade = is_remade(plan_.options, output.path);
        NewFile file(place.root, place.name);
        const JointContent::Lacking lacking = content.write(file, options);
        report.clipped = lacking.clipped;
        report.labels_left_out = lacking.labels_left_out;
        const bool replace = plan_.options.existing != Existing::error;
        plan_.options.sync ? publish_synced(file, replace) : file.publish(replace);
    } catch (...) {
        report.error = current_message();
    }
    return report;
}

}  // namespace glimpse
