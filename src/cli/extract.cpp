#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>

#include "cli/commands.hpp"
#include "cli/run_record.hpp"
#include "cli/tracks.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/inputs.hpp"
#include "glimpse/resume.hpp"
#include "glimpse/run.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

struct Options {
    InputOptions input;
    OutputOptions output;
    RunOptions run;
    AnnotationOptions annotations;
    std::string size;
    std::optional<std::string> overlay_style;
    std::optional<std::string> colormap;
    std::optional<double> opacity;
    std::string existing = "overwrite";
    std::string device = "cpu";
    std::string report;
    std::optional<std::string> shard;
    bool resume = false;
    std::string progress = "auto";
    bool no_auto_orient = false;
    bool quiet = false;
};

const std::map<std::string, OverlayStyle::Kind> overlay_styles{{"heat", OverlayStyle::Kind::heat},
                                                               {"outline", OverlayStyle::Kind::outline},
                                                               {"both", OverlayStyle::Kind::both},
                                                               {"dim", OverlayStyle::Kind::dim}};
const std::map<std::string, Existing> existing_choices{
    {"overwrite", Existing::overwrite}, {"skip", Existing::skip}, {"error", Existing::error}};

void add_inputs(CLI::App& command, Options& o) {
    command.add_option("INPUT", o.input.inputs,
                       "image files, directories, or - for image bytes on standard input");
    command
        .add_option("-p,--params", o.input.parameters,
                    "a parameter document for every input; - for standard input")
        ->type_name("FILE");
    command.add_flag("--sidecar", o.input.sidecar,
                     "each image's own parameters, from IMAGE.json or STEM.json beside it");
    command
        .add_option("--manifest", o.input.manifest, "JSON Lines, one record an image; - for standard input")
        ->type_name("FILE");
    command
        .add_option("--input-tar", o.input.archives,
                    "images out of a WebDataset archive; - for standard input; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command.add_flag("-r,--recursive", o.input.recursive, "read directories with all that is below them");
    add_mechanism_option(command, o.input.defaults.mechanism,
                         "for --box, and for entries that name a box but no mechanism");
    command.add_option("-b,--box", o.input.boxes, "a glimpse without a document; may be repeated")
        ->type_name("X,Y,W,H")
        ->allow_extra_args(false);
    command
        .add_option("--boxes", o.annotations.file,
                    "annotations of the inputs: a file, or a directory with a file for each image")
        ->type_name("FILE");
    command.add_option("--boxes-format", o.annotations.format, "of --boxes, where that is not clear")
        ->type_name("NAME:{" + join(annotation_formats(), ",") + "}");
    command
        .add_option("--category", o.annotations.categories,
                    "only boxes of this category, by name or number; may be repeated")
        ->allow_extra_args(false);
    command.add_flag("--zero-based", o.annotations.zero_based, "VOC files whose first pixel is 0, not 1");
    command.add_option("--context", o.run.adjustment.context, "widen each box by this share of its size")
        ->check(CLI::Range(0.0, 1e6));
    command.add_flag("--square", o.run.adjustment.square, "make each box a square of its longer side");
    command.add_flag("--tracker-crop", o.run.adjustment.tracker,
                     "the window of SiamFC and pysot for each box, filled with the image's mean");
    command.add_option("-s,--size", o.size, "the size of glimpses whose entry gives none")->type_name("WxH");
    command.add_flag("--no-auto-orient", o.no_auto_orient, "leave the EXIF orientation unapplied");
    command.add_flag("--fast-shrink", o.run.fast_shrink,
                     "decode JPEG at 1/2, 1/4 or 1/8 where all glimpses shrink by twice that; other pixels");
    command.add_option("--max-pixels", o.run.open.maximum_pixels, "refuse larger images")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()))
        ->capture_default_str();
}

void add_outputs(CLI::App& command, Options& o) {
    command
        .add_option("-o,--out", o.output.out,
                    "a directory; or a file, when there is one glimpse; or - for standard output")
        ->type_name("PATH");
    command
        .add_option("--output-tar", o.output.archive,
                    "instead: a WebDataset archive, KEY.ID.EXT beside KEY.json; - for standard output")
        ->type_name("FILE");
    command.add_option("--format", o.output.format, "png (default), jpg, webp, tiff, npy, …")
        ->type_name("EXT");
    command.add_flag("--overlay", o.output.overlay,
                     "also write NAME.overlay.png: attention and outlines on the image");
    command.add_option("--overlay-style", o.overlay_style, "heat, outline, both or dim")
        ->check(CLI::IsMember(&overlay_styles))
        ->default_str("both")
        ->type_name("STYLE");
    command.add_option("--colormap", o.colormap, "one of OpenCV's colour maps, for the heat")
        ->default_str("inferno");
    command.add_option("--opacity", o.opacity, "of the heat, 0 to 1")
        ->check(CLI::Range(0.0, 1.0))
        ->default_str("0.6");
    command.add_flag("--panel", o.output.panel,
                     "also write NAME.panel.png: the overlay and the glimpses beside it");
    command.add_flag("--map", o.output.map, "also write each attention map, NAME.ID.map.png or .npy");
    add_track_options(command, o.output.tracks);
    command.add_option("--report", o.report, "JSON Lines, one record an image; - for standard output")
        ->type_name("FILE");
    command.add_option("--existing", o.existing, "overwrite, skip or error")
        ->check(CLI::IsMember(&existing_choices))
        ->capture_default_str()
        ->type_name("CHOICE");
}

void add_run(CLI::App& command, Options& o) {
    o.run.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    command.add_option("--device", o.device, "cpu, cuda, cuda:N or auto")
        ->capture_default_str()
        ->type_name("DEVICE:{cpu,cuda,auto}");
    command.add_flag("--resume", o.resume,
                     "skip what the --report of an earlier run lists as done and what is there; continue it");
    command.add_option("--shard", o.shard, "only the I-th of N shares of the images, I from 1")
        ->type_name("I/N");
    command.add_option("-j,--jobs", o.run.jobs, "images in flight; by default as many as there are cores")
        ->check(CLI::Range(1, 4096));
    command.add_flag("--fail-fast", o.run.fail_fast, "start nothing new after the first image that fails");
    command.add_flag("--dry-run", o.run.dry_run, "say what would be written, and write nothing");
    command.add_flag("-q,--quiet", o.quiet, "no progress and no messages but usage errors");
    command.add_option("--progress", o.progress, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
}

void require_sense(const Options& o) {
    if (o.report == standard_stream && o.output.out == standard_stream) {
        throw UsageError("--report", "standard output already carries the glimpse");
    }
    if (o.report == standard_stream && o.output.archive == standard_stream) {
        throw UsageError("--report", "standard output already carries the archive");
    }
    if (o.resume && (o.report.empty() || o.report == standard_stream)) {
        throw UsageError("--resume", "name the earlier run's report: --report FILE");
    }
    if (o.resume && !o.output.archive.empty()) {
        throw UsageError("--resume",
                         "an archive is there whole or not at all: make several, and give --existing skip");
    }
    if (!o.input.archives.empty() && holds_one_glimpse(o.output.out)) {
        throw UsageError("--out", "the glimpses of an archive need a directory, or --output-tar");
    }
}

Shard parse_shard(const std::string& text) {
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto [slash, no_index] = std::from_chars(text.data(), end, shard.index);
    const bool is_cut = no_index == std::errc() && slash != end && *slash == '/';
    const auto [rest, no_count] = std::from_chars(is_cut ? slash + 1 : end, end, shard.count);
    if (no_count != std::errc() || rest != end || shard.index < 1 || shard.index > shard.count) {
        throw UsageError("--shard", "I/N is needed, 1 ≤ I ≤ N, not '" + text + "'");
    }
    --shard.index;
    return shard;
}

Colormap colormap(const std::string& name) {
    try {
        return colormap_from_name(name);
    } catch (const UsageError& error) {
        throw UsageError("--colormap", error.what());
    }
}

void settle_style(const Options& o, OverlayStyle& style) {
    for (const auto& [given, option] : {std::pair{o.overlay_style.has_value(), "--overlay-style"},
                                        {o.colormap.has_value(), "--colormap"},
                                        {o.opacity.has_value(), "--opacity"}}) {
        if (given && !o.output.overlay && !o.output.panel) {
            throw UsageError(option, "is about overlays: give --overlay or --panel");
        }
    }
    if (o.overlay_style) style.kind = overlay_styles.at(*o.overlay_style);
    if (o.colormap) style.colormap = colormap(*o.colormap);
    if (!o.opacity) return;
    if (!std::isfinite(*o.opacity)) throw UsageError("--opacity", "a number from 0 to 1 is needed");
    style.opacity = *o.opacity;
}

void settle_annotations(Options& o) {
    const AnnotationOptions& annotations = o.annotations;
    if (!annotations.file.empty()) {
        o.input.annotations = annotations;
        o.output.also_inputs.push_back(annotations.file);
    } else {
        for (const auto& [given, option] : {std::pair{!annotations.format.empty(), "--boxes-format"},
                                            {!annotations.categories.empty(), "--category"},
                                            {annotations.zero_based, "--zero-based"}}) {
            if (given) throw UsageError(option, "is about annotations: give --boxes");
        }
    }
    if (o.run.adjustment.context && !std::isfinite(*o.run.adjustment.context)) {
        throw UsageError("--context", "a number of 0 or more is needed");
    }
}

void settle(Options& o) {
    if (!o.size.empty()) o.input.defaults.size = parse_size(o.size, "--size");
    if (o.shard) o.input.shard = parse_shard(*o.shard);
    require_whole_tracks(o.output.tracks, o.input);
    settle_style(o, o.output.style);
    o.output.existing = existing_choices.at(o.existing);
    o.run.open.auto_orient = !o.no_auto_orient;
    o.run.interrupted = was_interrupted;
    settle_annotations(o);
    if (o.run.dry_run && o.output.out.empty() && o.output.archive.empty()) o.output.out = ".";
    for (const auto& file : {o.input.parameters, o.input.manifest}) {
        if (file && *file != standard_stream) o.output.also_inputs.emplace_back(*file);
    }
    o.output.also_inputs.insert(o.output.also_inputs.end(), o.input.archives.begin(), o.input.archives.end());
    if (!o.report.empty() && o.report != standard_stream) o.output.also_outputs.emplace_back(o.report);
}

RunRecord::Options record_options(const Options& o) {
    return {o.report, o.resume, o.run.dry_run, o.run.fail_fast, o.quiet, o.progress};
}

/// Jobs that come one by one, rather than all at once.
bool is_stream(const Options& o) {
    return !o.input.archives.empty() ||
           (o.input.manifest == standard_stream && !holds_one_glimpse(o.output.out));
}

Outcome extract_stream(const Options& o, const Backend& backend) {
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
Outcome extract_into_archive(const Options& o, std::vector<ImageJob> jobs, const OutputPlan& plan,
                             const Backend& backend) {
    RunRecord record(plan, record_options(o), jobs.size());
    if (record.is_done()) return record.close();
    run(stream_of(std::move(jobs)), plan, backend, o.run, [&](const FinishedJob& done) { record.add(done); });
    return record.close();
}

Outcome extract_into_files(const Options& o, const std::vector<ImageJob>& jobs, const OutputPlan& plan,
                           Tracks& tracks, const Backend& backend) {
    RunRecord record(plan, record_options(o), jobs.size());
    run(jobs, plan, backend, o.run, [&](const FinishedJob& done) {
        tracks.record(done);
        record.add(done);
    });
    const Outcome outcome = record.close();
    if (outcome == Outcome::interrupted || (outcome == Outcome::some_failed && o.run.fail_fast))
        return outcome;
    const TrackMessages messages{o.quiet, o.run.dry_run && o.report != standard_stream, o.progress};
    const bool all_well = make_tracks(tracks, o.run, messages);
    if (was_interrupted()) return Outcome::interrupted;
    return all_well ? outcome : Outcome::some_failed;
}

Outcome extract_list(const Options& o, const Backend& backend) {
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

Outcome extract(Options& o) {
    require_sense(o);
    settle(o);
    const std::unique_ptr<Backend> backend = make_backend(o.device);
    return is_stream(o) ? extract_stream(o, *backend) : extract_list(o, *backend);
}

}  // namespace

void add_extract(CLI::App& application, Action& action) {
    CLI::App* command = application.add_subcommand(
        "extract", "Read images and attention parameters; write glimpses, overlays and attention maps");
    const auto options = std::make_shared<Options>();
    add_inputs(*command, *options);
    add_outputs(*command, *options);
    add_run(*command, *options);
    command->footer(
        "Examples:\n"
        "  glimpse extract photo.jpg --box 120,80,200,160 --size 64x64 --out face.png\n"
        "  glimpse extract photos/ --recursive --params attention.json --overlay --out out/\n"
        "  cat photo.jpg | glimpse extract - --box 10,20,64,64 --out - > crop.png\n"
        "Exit status: 0 all done, 1 some images failed, 2 usage or parameter error, 130 interrupted.");
    command->callback([&action, options] { action = [options] { return extract(*options); }; });
}

}  // namespace glimpse::cli
