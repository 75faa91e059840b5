#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/extract.hpp"
#include "cli/extract_options.hpp"
#include "cli/font_warnings.hpp"
#include "cli/help.hpp"
#include "cli/notices.hpp"
#include "cli/run_record.hpp"
#include "cli/signals.hpp"
#include "cli/tracks.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/inputs.hpp"
#include "glimpse/loss_gradients.hpp"
#include "glimpse/resume.hpp"
#include "glimpse/sheet.hpp"
#include "glimpse/track_outputs.hpp"

namespace glimpse::cli {

namespace {

RunRecord::Options record_options(const ExtractOptions& o) {
    return {.report = o.report,
            .continued = o.resume,
            .dry_run = o.run.dry_run,
            .fail_fast = o.run.fail_fast,
            .quiet = o.quiet,
            .progress = o.progress};
}

/// Whether jobs come as a stream rather than as a list.
bool is_stream(const ExtractOptions& o) {
    return !o.input.archives.empty() ||
           (o.input.manifest == standard_stream && !holds_one_glimpse(o.output.out));
}

/// Makes the tracks once the images, `jobs` of them, are done; the outcome of both.
Outcome with_tracks(const ExtractOptions& o, const Tracks& tracks, std::size_t jobs, RunRecord& record,
                    Notices& notices, Outcome outcome) {
    const std::vector<JointOutput> due = tracks.due();
    const std::size_t count = due.size();
    if (count == 0 || outcome == Outcome::interrupted) return outcome;
    if (outcome == Outcome::some_failed && o.run.fail_fast) {
        o.input.warn(std::to_string(count) +
                     (count == 1 ? " output of several images was" : " outputs of several images were") +
                     " not made, since an image failed (--fail-fast)");
        return outcome;
    }
    const bool is_long = !o.quiet && shows_progress(o.progress, jobs + count);
    const TrackMessages messages{
        .quiet = o.quiet, .listed = o.run.dry_run && o.report != standard_stream, .progress = is_long};
    const bool all_well = make_tracks(tracks, due, o.run, messages, record, notices);
    notices.tell_of_joint_outputs();
    if (was_interrupted()) return Outcome::interrupted;
    return all_well ? outcome : Outcome::some_failed;
}

bool draws(const ExtractOptions& o) {
    const OutputOptions& output = o.output;
    return !o.run.dry_run && (output.overlay || output.panel || output.sheet.content != SheetContent::none ||
                              makes_joint_outputs(output));
}

/// Of the run's figures, where it draws any.
void warn_about_fonts(const ExtractOptions& o, std::optional<std::string> (*warning)()) {
    if (!draws(o)) return;
    if (const auto text = warning()) o.input.warn(*text);
}

/// Once: labels are not just too long for such cells.
void warn_without_captions(const ExtractOptions& o) {
    const bool has_cells = o.output.tracks.strip || o.output.sheet.content != SheetContent::none;
    if (!has_cells || !o.cell_size || *o.cell_size >= least_captioned_cell) return;
    o.input.warn("cells of less than " + std::to_string(least_captioned_cell) +
                 " pixels have no captions: a greater --cell-size shows them");
}

/// Runs the jobs, and then makes the tracks, and records the results. Sets `over` where no further job is
/// wanted: with --fail-fast, or where a result cannot be recorded.
Outcome extract_and_record(const ExtractOptions& o, JobSource& jobs, const OutputPlan& plan, Tracks& tracks,
                           const Backend& backend, std::atomic<bool>& over, RunRecord& record) {
    const std::optional<std::size_t> count = jobs.size();
    RunOptions run_options = o.run;
    run_options.interrupted = [&] { return was_interrupted() || over; };
    Notices notices(o);
    run(jobs, plan, backend, run_options, [&](const FinishedJob& done) {
        notices.record(done);
        try {
            tracks.record(done);
            record.add(done);
        } catch (...) {
            over = true;
            throw;
        }
        if (o.run.ends_with(done.report)) over = true;
    });
    notices.tell();
    const Outcome outcome = record.finish();
    return with_tracks(o, tracks, count.value_or(0), record, notices, outcome);
}

/// The same, where there is anything to do; where the run cannot go on, its report says of the archive so.
Outcome extract_jobs(const ExtractOptions& o, JobSource& jobs, const OutputPlan& plan, Tracks& tracks,
                     const Backend& backend, std::atomic<bool>& over) {
    RunRecord record(plan, record_options(o), jobs.size());
    if (record.is_done()) return record.finish();
    try {
        const Outcome outcome = extract_and_record(o, jobs, plan, tracks, backend, over, record);
        record.close_report();
        return outcome;
    } catch (const std::exception& failure) {
        record.give_up(failure.what());
        throw;
    }
}

/// Each job is checked as it comes.
Outcome extract_stream(const ExtractOptions& o, const Backend& backend) {
    const OutputPlan plan = plan_outputs({}, o.output);
    std::atomic<bool> over = false;
    const auto is_over = [&] { return was_interrupted() || over; };
    auto jobs = checked(open_jobs(o.input, o.run.adjustment, is_over), plan);
    if (o.resume) jobs = filtered(std::move(jobs), Remainder(plan, o.report, o.run.dry_run));
    Tracks none({}, plan);
    return extract_jobs(o, *jobs, plan, none, backend, over);
}

/// Who looks at the pages of a sheet would take them for one another's.
void warn_of_former_pages(const ExtractOptions& o, const Tracks& tracks) {
    const std::vector<std::filesystem::path> pages = tracks.former_pages();
    if (pages.empty()) return;
    o.input.warn(pages.front().string() +
                 (pages.size() == 1 ? " is" : " and " + std::to_string(pages.size() - 1) + " more are") +
                 " of an earlier run, whose sheet has another number of pages, and no part of this run's; "
                 "remove what is not needed");
}

/// All jobs are checked before any work.
Outcome extract_list(const ExtractOptions& o, const Backend& backend) {
    std::vector<ImageJob> jobs = collect_jobs(o.input, o.run.adjustment, o.run.interrupted);
    if (was_interrupted()) return Outcome::interrupted;
    const OutputPlan plan = plan_outputs(jobs, o.output);
    Tracks tracks(jobs, plan);
    std::erase_if(jobs, [&](const ImageJob& job) { return !is_in_shard(job, o.input.shard); });
    if (o.resume) std::erase_if(jobs, std::not_fn(Remainder(plan, o.report, o.run.dry_run)));
    require_new_outputs(plan, jobs);
    if (o.output.existing == Existing::error) tracks.require_new();
    warn_of_former_pages(o, tracks);
    std::atomic<bool> over = false;
    JobList list(std::move(jobs));
    return extract_jobs(o, list, plan, tracks, backend, over);
}

}  // namespace

Outcome extract(ExtractOptions& o) {
    apply(o);
    validate(o);
    std::vector<std::string> warnings;  // kept for the end, so that no bar of progress breaks them
    if (!o.quiet) o.input.warn = [&](const std::string& text) { warnings.push_back(text); };
    o.run.warn = o.input.warn;
    if (o.untrusted) restrict_process(permissions_of(o), o.run.jobs, o.input.warn);
    if (o.vjp) o.output.vjp = std::make_shared<const LossGradients>(*o.vjp);
    warn_about_fonts(o, no_font_warning);
    warn_without_captions(o);
    if (makes_joint_outputs(o.output)) warn_of_order(o.input);
    const std::unique_ptr<Backend> backend = make_backend(o.device);
    const auto print = [&] {
        for (const std::string& text : warnings) {
            warn(text);
        }
    };
    try {
        const Outcome outcome = is_stream(o) ? extract_stream(o, *backend) : extract_list(o, *backend);
        warn_about_fonts(o, missing_letters_warning);
        print();
        return outcome;
    } catch (const UsageError&) {  // nothing has been done that they would be about
        throw;
    } catch (...) {
        print();
        throw;
    }
}

void add_extract(CLI::App& application, Action& action) {
    Command& command = add_command(application, "extract",
                                   "Read images and attention parameters; write glimpses, overlays and maps");
    const auto options = std::make_shared<ExtractOptions>();
    add_options(command, *options);
    command.footer(
        std::string("Examples:\n"
                    "  glimpse extract photo.jpg --box 120,80,200,160 --size 64x64 --out face.png\n"
                    "  glimpse extract photos/ --recursive --params attention.json --overlay \\\n"
                    "      --out out/\n"
                    "  cat photo.jpg | glimpse extract - --box 10,20,64,64 --out - > crop.png\n") +
        "Exit status: " + std::string(exit_statuses));
    command.callback([&action, options] { action = [options] { return extract(*options); }; });
}

}  // namespace glimpse::cli
