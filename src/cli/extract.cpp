#include <algorithm>
#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/extract_options.hpp"
#include "cli/help.hpp"
#include "cli/run_record.hpp"
#include "cli/signals.hpp"
#include "cli/tracks.hpp"
#include "glimpse/error.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "glimpse/resume.hpp"
#include "glimpse/track_outputs.hpp"
#include "glimpse/words.hpp"

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
                    Outcome outcome) {
    if (tracks.outputs() == 0 || outcome == Outcome::interrupted) return outcome;
    if (outcome == Outcome::some_failed && o.run.fail_fast) return outcome;
    const bool is_long = !o.quiet && shows_progress(o.progress, jobs + tracks.outputs());
    const TrackMessages messages{
        .quiet = o.quiet, .listed = o.run.dry_run && o.report != standard_stream, .progress = is_long};
    const bool all_well = make_tracks(tracks, o.run, messages, record);
    if (was_interrupted()) return Outcome::interrupted;
    return all_well ? outcome : Outcome::some_failed;
}

/// Counts the images of several pages of which the first was read, since none was chosen.
class UnchosenPages {
  public:
    void record(const FinishedJob& done) {
        if (done.report.pages < 2 || done.job.image.page()) return;
        if (count_++ == 0) first_ = done.report.image + " of " + std::to_string(done.report.pages);
    }

    void tell(const std::function<void(const std::string&)>& warn) const {
        if (count_ == 0) return;
        warn((count_ == 1 ? "1 image has several pages"
                          : std::to_string(count_) + " images have several pages") +
             ", of which the first was read (" + first_ + "); --page chooses another, or all");
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
};

/// Counts the images whose overlays and panels show them shrunk.
class ShrunkPictures {
  public:
    void record(const FinishedJob& done) {
        if (done.picture_shrink < 2 || count_++ > 0) return;
        const Size shown = shrunk(done.report.size, done.picture_shrink);
        first_ = done.report.image + " of " + to_string(done.report.size) + " to " + to_string(shown);
    }

    void tell(const ExtractOptions& o) const {
        if (count_ == 0) return;
        o.input.warn("the overlays and panels of " + std::to_string(count_) +
                     (count_ == 1 ? " image show it" : " images show them") + " shrunk (" + first_ +
                     "), so that no side has more than " + std::to_string(o.output.overlay_size) +
                     " pixels; --overlay-size says how many");
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
};

/// Counts the images whose figures do not show all attention as strong as it is.
class ClippedAttention {
  public:
    void record(const FinishedJob& done) {
        if (done.report.clipped == 0 || count_++ > 0) return;
        const std::int64_t values = done.report.clipped;
        first_ = done.report.image + ": " + std::to_string(values) + (values == 1 ? " value" : " values");
    }

    void tell(const ExtractOptions& o) const {
        if (count_ == 0) return;
        const bool is_given = std::holds_alternative<AttentionRange>(o.output.style.scale);
        const bool lacks_signs = !is_diverging(o.output.style.signed_colormap);
        const std::string for_signs = "--colormap coolwarm has colours for what is negative";
        o.input.warn("in the figures of " + std::to_string(count_) + (count_ == 1 ? " image" : " images") +
                     " attention beyond the ends of the scale is shown as the end (" + first_ + "); " +
                     (is_given ? "--scale shared reaches all of an image's" : "") +
                     (is_given && lacks_signs ? ", and " : "") + (lacks_signs ? for_signs : ""));
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
};

/// Counts the masks around which contours found nothing to be drawn.
class EmptyContours {
  public:
    explicit EmptyContours(const ExtractOptions& o)
        : are_drawn_(o.output.style.kind == OverlayStyle::Kind::contour && !o.run.dry_run) {}

    void record(const FinishedJob& done) {
        if (!are_drawn_) return;
        for (const GlimpseReport& glimpse : done.report.glimpses) {
            if (glimpse.mechanism != Mask::name || !glimpse.error.empty() || !glimpse.support.empty())
                continue;
            if (count_++ == 0) first_ = done.report.image + ": " + glimpse.id;
        }
    }

    void tell(const std::function<void(const std::string&)>& warn) const {
        if (count_ == 0) return;
        warn((count_ == 1 ? "1 mask is" : std::to_string(count_) + " masks are") +
             " 0 all over, so that --overlay-style contour has nothing to draw around (" + first_ + ")");
    }

  private:
    bool are_drawn_;
    std::size_t count_ = 0;
    std::string first_;
};

/// Counts the images on which a map is stretched.
class StretchedMaps {
  public:
    void record(const FinishedJob& done) {
        const auto& glimpses = done.report.glimpses;
        const auto found = std::ranges::find_if(
            glimpses, [](const GlimpseReport& glimpse) { return glimpse.stretched.has_value(); });
        if (found == glimpses.end() || count_++ > 0) return;
        const StretchedMap& one = *found->stretched;
        first_ = done.report.image + ": " + found->id + " has " + to_string(one.map) + " cells, for " +
                 to_string(one.seen) + (one.by_view ? " pixels of its view" : " pixels");
    }

    void tell(const ExtractOptions& o) const {
        if (count_ == 0) return;
        o.input.warn("on " + std::to_string(count_) + (count_ == 1 ? " image" : " images") +
                     " a map of another aspect is stretched (" + first_ +
                     R"(); "view" or "within" says which part of the image the model saw)");
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
};

/// Counts the glimpses of a run that are nearly black by their weights.
class DarkPictures {
  public:
    explicit DarkPictures(DarkGlimpses FinishedJob::*kind) : kind_(kind) {}

    void record(const FinishedJob& done) {
        const DarkGlimpses& dark = done.*kind_;
        if (dark.count == 0) return;
        if (count_ == 0) {
            first_ = done.report.image + ": " + dark.first +
                     (dark.greatest > 0 ? ", at most " + number_text(static_cast<float>(dark.greatest))
                                        : ", nowhere above 0");
        }
        count_ += dark.count;
        are_black_ = are_black_ && dark.are_black;
    }

    /// `remedy_of_black` also helps where no weight is above 0; it may be empty.
    void tell(const ExtractOptions& o, const std::string& mechanism, const std::string& remedy,
              const std::string& remedy_of_black) const {
        const std::string& helpful = are_black_ ? remedy_of_black : remedy;
        if (count_ == 0) return;
        o.input.warn(std::to_string(count_) + (count_ == 1 ? " glimpse of " : " glimpses of ") + mechanism +
                     (count_ == 1 ? " is" : " are") + " nearly black, since no pixel's weights sum to more " +
                     "than " + number_text(darkest_visible) + " (" + first_ + ")" +
                     (helpful.empty() ? "" : "; " + helpful));
    }

  private:
    DarkGlimpses FinishedJob::*kind_;
    std::size_t count_ = 0;
    bool are_black_ = true;
    std::string first_;
};

bool lacks_fonts() {
    try {
        return !has_fonts();
    } catch (const Error&) {
        return false;  // nothing draws: each image says so
    }
}

/// Once, before any work, since each figure will lack them.
void warn_without_fonts(const ExtractOptions& o) {
    const OutputOptions& output = o.output;
    const bool draws = output.overlay || output.panel || output.sheet.content != SheetContent::none ||
                       are_wanted(output.tracks);
    if (!draws || o.run.dry_run || !lacks_fonts()) return;
    o.input.warn(
        "figures have no texts, since fontconfig finds no font; install one, such as Debian's "
        "fonts-dejavu-core");
}

/// A declared size does not say which way the boxes were meant.
void warn_of_turned(const ExtractOptions& o, std::size_t images) {
    if (images == 0) return;
    const bool upright = o.run.open.auto_orient;
    o.input.warn(
        "the annotations of " + std::to_string(images) + (images == 1 ? " image" : " images") +
        " have the size from " + (upright ? "before" : "after") +
        " the EXIF orientation is applied, and their boxes are taken as of the " +
        (upright ? "upright image; --no-auto-orient takes them as of the image as it is stored"
                 : "image as it is stored; without --no-auto-orient they are taken as of the upright image"));
}

/// Runs the jobs, and then makes the tracks, and records the results. Sets `over` where no further job is
/// wanted: with --fail-fast, or where a result cannot be recorded.
Outcome extract_and_record(const ExtractOptions& o, JobSource& jobs, const OutputPlan& plan, Tracks& tracks,
                           const Backend& backend, std::atomic<bool>& over, RunRecord& record) {
    const std::optional<std::size_t> count = jobs.size();
    RunOptions run_options = o.run;
    run_options.interrupted = [&] { return was_interrupted() || over; };
    UnchosenPages pages;
    std::size_t turned = 0;
    ShrunkPictures shrunk_pictures;
    ClippedAttention clipped;
    EmptyContours empty(o);
    DarkPictures masks(&FinishedJob::dark_masks);
    DarkPictures gaussians(&FinishedJob::dark_gaussians);
    StretchedMaps stretched;
    run(jobs, plan, backend, run_options, [&](const FinishedJob& done) {
        pages.record(done);
        try {
            tracks.record(done);
            record.add(done);
            turned += done.annotated_turned ? 1 : 0;
            shrunk_pictures.record(done);
            clipped.record(done);
            empty.record(done);
            masks.record(done);
            gaussians.record(done);
            stretched.record(done);
        } catch (...) {
            over = true;
            throw;
        }
        if (o.run.ends_with(done.report)) over = true;
    });
    pages.tell(o.input.warn);
    warn_of_turned(o, turned);
    shrunk_pictures.tell(o);
    clipped.tell(o);
    empty.tell(o.input.warn);
    const std::string safe = R"("normalise": "safe" looks at the image's nearest pixels)";
    masks.tell(o, "masks", R"("normalise": "max" divides a mask's weights by the greatest of them)", {});
    gaussians.tell(o, "Gaussians",
                   safe + ", and DRAW's log_gamma is the logarithm of what multiplies the weights", safe);
    stretched.tell(o);
    const Outcome outcome = record.finish();
    return with_tracks(o, tracks, count.value_or(0), record, outcome);
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
    std::atomic<bool> over = false;
    JobList list(std::move(jobs));
    return extract_jobs(o, list, plan, tracks, backend, over);
}

Outcome extract(ExtractOptions& o) {
    apply(o);
    validate(o);
    std::vector<std::string> warnings;  // kept for the end, so that no bar of progress breaks them
    if (!o.quiet) o.input.warn = [&](const std::string& text) { warnings.push_back(text); };
    o.run.warn = o.input.warn;
    if (o.untrusted) restrict_process(permissions_of(o), o.run.jobs, o.input.warn);
    warn_without_fonts(o);
    const std::unique_ptr<Backend> backend = make_backend(o.device);
    const auto print = [&] {
        for (const std::string& text : warnings) {
            std::cerr << "glimpse: warning: " << message_line(text) << '\n';
        }
    };
    try {
        const Outcome outcome = is_stream(o) ? extract_stream(o, *backend) : extract_list(o, *backend);
        print();
        return outcome;
    } catch (const UsageError&) {  // nothing has been done that they would be about
        throw;
    } catch (...) {
        print();
        throw;
    }
}

}  // namespace

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
