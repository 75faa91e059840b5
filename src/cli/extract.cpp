#include <atomic>
#include <memory>

#include "cli/commands.hpp"
#include "cli/extract_options.hpp"
#include "cli/run_record.hpp"
#include "cli/tracks.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/resume.hpp"

namespace glimpse::cli {

namespace {

RunRecord::Options record_options(const ExtractOptions& o) {
    return {o.report, o.resume, o.run.dry_run, o.run.fail_fast, o.quiet, o.progress};
}

/// Jobs that come one by one, rather than all at once.
bool is_stream(const ExtractOptions& o) {
    return !o.input.archives.empty() ||
           (o.input.manifest == standard_stream && !holds_one_glimpse(o.output.out));
}

Outcome extract_stream(const ExtractOptions& o, const Backend& backend) {
    const OutputPlan plan = plan_outputs({}, o.output);
    RunOptions run_options = o.run;
    std::atomic<bool> over = false;  // nobody is left to be told of further jobs, or wants any
    run_options.interrupted = [&] { return was_interrupted() || over; };
    JobStream jobs = checked(stream_jobs(o.input, o.run.adjustment, run_options.interrupted), plan);
    if (o.resume) jobs = resumed(std::move(jobs), plan, o.report, o.run.dry_run);
    RunRecord record(plan, record_options(o), std::nullopt);
    if (record.is_done()) return record.close();
    run(jobs, plan, backend, run_options, [&](const FinishedJob& done) {
        try {
            record.add(done);
        } catch (...) {
            over = true;
            throw;
        }
        if (o.run.fail_fast && !done.report.error.empty()) over = true;
    });
    return record.close();
}

/// What becomes a member of an archive waits in the memory for its turn: so there may not be many of them.
Outcome extract_into_archive(const ExtractOptions& o, std::vector<ImageJob> jobs, const OutputPlan& plan,
                             const Backend& backend) {
    RunRecord record(plan, record_options(o), jobs.size());
    if (record.is_done()) return record.close();
    run(stream_of(std::move(jobs)), plan, backend, o.run, [&](const FinishedJob& done) { record.add(done); });
    return record.close();
}

Outcome extract_into_files(const ExtractOptions& o, const std::vector<ImageJob>& jobs, const OutputPlan& plan,
                           Tracks& tracks, const Backend& backend) {
    RunRecord record(plan, record_options(o), jobs.size());
    run(jobs, plan, backend, o.run, [&](const FinishedJob& done) {
        tracks.record(done);
        record.add(done);
    });
    const Outcome outcome = record.close();
    if (outcome == Outcome::interrupted || (outcome == Outcome::some_failed && o.run.fail_fast))
        return outcome;
    const bool is_long = !o.quiet && shows_progress(o.progress, jobs.size() + tracks.outputs());
    const TrackMessages messages{o.quiet, o.run.dry_run && o.report != standard_stream, is_long};
    const bool all_well = make_tracks(tracks, o.run, messages);
    if (was_interrupted()) return Outcome::interrupted;
    return all_well ? outcome : Outcome::some_failed;
}

Outcome extract_list(const ExtractOptions& o, const Backend& backend) {
    std::vector<ImageJob> jobs = collect_jobs(o.input, o.run.adjustment, o.run.interrupted);
    if (was_interrupted()) return Outcome::interrupted;
    const OutputPlan plan = plan_outputs(jobs, o.output);
    Tracks tracks(jobs, plan);
    std::erase_if(jobs, [&](const ImageJob& job) { return !is_in_shard(job, o.input.shard); });
    if (o.resume) resume(jobs, plan, o.report, o.run.dry_run);
    require_new_outputs(plan, jobs);
    if (o.output.existing == Existing::error) tracks.require_new();
    if (!o.output.archive.empty()) return extract_into_archive(o, std::move(jobs), plan, backend);
    return extract_into_files(o, jobs, plan, tracks, backend);
}

Outcome extract(ExtractOptions& o) {
    apply(o);
    validate(o);
    const std::unique_ptr<Backend> backend = make_backend(o.device);
    return is_stream(o) ? extract_stream(o, *backend) : extract_list(o, *backend);
}

}  // namespace

void add_extract(CLI::App& application, Action& action) {
    Command& command = add_command(application, "extract",
                                   "Read images and attention parameters; write glimpses, overlays and maps");
    const auto options = std::make_shared<ExtractOptions>();
    add_options(command, *options);
    command.footer(
        "Examples:\n"
        "  glimpse extract photo.jpg --box 120,80,200,160 --size 64x64 --out face.png\n"
        "  glimpse extract photos/ --recursive --params attention.json --overlay \\\n"
        "      --out out/\n"
        "  cat photo.jpg | glimpse extract - --box 10,20,64,64 --out - > crop.png\n"
        "Exit status: 0 all done, 1 some images failed, 2 usage or parameter error,\n"
        "130 interrupted.");
    command.callback([&action, options] { action = [options] { return extract(*options); }; });
}

}  // namespace glimpse::cli
