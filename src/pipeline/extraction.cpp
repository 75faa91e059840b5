#include "pipeline/extraction.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "glimpses/transition_reading.hpp"
#include "images/output_format.hpp"
#include "outputs/output_plan.hpp"
#include "pipeline/dark_glimpses.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/drawing.hpp"
#include "pipeline/glimpse_reader.hpp"
#include "pipeline/gradient_file.hpp"
#include "pipeline/inexact_fills.hpp"
#include "pipeline/linearised.hpp"
#include "pipeline/matrices.hpp"
#include "pipeline/pictures.hpp"
#include "pipeline/saving.hpp"
#include "system/failure.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// What the jobs of a run share.
struct Run {
    const OutputPlan& plan;
    const RunOptions& options;
};

/// Saves glimpses that were read together of what is decoded.
void save_portion(GlimpseSpan glimpses, std::span<cv::Mat> pixels, const ImageInfo& image,
                  const ImageRegion& decoded, const ImageJob& job, const Run& run, Saver& saver,
                  Matrices& matrices, Pictures& pictures) {
    const bool with_maps = !glimpses.empty() && !glimpses.front()->paths->map.empty();
    const std::size_t at_once = with_maps ? most_maps_at_once : glimpses.size();
    const auto save = [&](std::size_t k) {
        const LoweredGlimpse& glimpse = *glimpses[k];
        if (!glimpse.report->error.empty()) return;
        guarded(*glimpse.report, [&] {
            const Image picture = picture_of(glimpse, std::move(pixels[k]), image);
            // First, since float32 may not hold them.
            save_gradients(glimpse, {decoded, job}, run.plan, run.options, saver);
            save_glimpse(glimpse, picture, run.plan.format, saver);
            matrices.save(glimpse, saver);
            pictures.show(glimpse, picture);
            record_output(glimpse);
        });
    };
    for (std::size_t begin = 0; begin < glimpses.size(); begin += at_once) {
        for_each_in_parallel(std::min(at_once, glimpses.size() - begin),
                             [&](std::size_t k) { save(begin + k); });
    }
}

/// The bytes of the attention maps that are made at once of an image, each of at most so many pixels.
std::int64_t maps_memory(const Run& run, std::size_t glimpses, Size image, std::int64_t seen) {
    if (!run.plan.options.map || run.options.dry_run) return 0;
    return bounded_product(map_memory(image, seen, run.plan.format),
                           static_cast<std::int64_t>(std::min(glimpses, most_maps_at_once)));
}

/// In pixels.
std::int64_t greatest_support(std::span<const LoweredGlimpse> glimpses) {
    std::int64_t most = 0;
    for (const LoweredGlimpse& glimpse : glimpses) most = std::max(most, support(glimpse.lowered.map).area());
    return most;
}

/// How an image is decoded for its glimpses: in which parts, shrunk how many times.
struct Decoding {
    int shrink = 1;
    std::vector<GlimpsesOfPart> parts;
};

/// With `whole_image`, all is decoded as it is, and shown in pictures; otherwise `glimpses` may get maps for
/// a shrunk image.
Decoding plan_decoding(std::vector<LoweredGlimpse>& glimpses, const ImageInfo& image, bool whole_image,
                       bool fast_shrink) {
    if (whole_image) return {.shrink = 1, .parts = whole_with_glimpses(glimpses, image.size)};
    const int n = fast_shrink ? shrink_for(glimpses, image.maximum_shrink) : 1;
    if (n > 1) shrink_maps(glimpses, n);
    return {.shrink = n, .parts = parts_with_glimpses(glimpses, image.seekable)};
}

/// The attention maps that are shown of glimpses that are not linear in the image: of their linearisations.
void linearise_shown(std::vector<LoweredGlimpse>& glimpses, ImageReader& image, const Run& run,
                     const Pictures& pictures) {
    if (!run.plan.options.map && !pictures.are_wanted()) return;
    for (LoweredGlimpse& glimpse : glimpses)
        guarded(*glimpse.report, [&] { linearise(glimpse.lowered, image); });
}

/// Decodes one part after another, reads its glimpses and saves them. Throws `WaitEnded` where the run is
/// interrupted while some are left.
void extract_parts(const Decoding& decoding, ImageReader& image, const ImageJob& job, const Run& run,
                   GlimpseReader& reader, Saver& saver, Matrices& matrices, Pictures& pictures) {
    const std::string& format = run.plan.format;
    const ImageInfo& info = image.info();
    const int depth = is_array_format(format) ? CV_32F : info.depth;
    std::size_t left = 0;
    for (const GlimpsesOfPart& part : decoding.parts) left += part.glimpses.size();
    ImageRegion decoded;
    for (const GlimpsesOfPart& part : decoding.parts) {
        decoded = {};  // frees the previous part first
        decoded = decode_region(image, part.region, decoding.shrink);
        reader.read(part.glimpses, decoded, depth, [&](GlimpseSpan portion, std::span<cv::Mat> pixels) {
            save_portion(portion, pixels, info, decoded, job, run, saver, matrices, pictures);
            left -= portion.size();
            if (left > 0) require_running(run.options);
        });
    }
    if (!pictures.are_wanted()) return;
    const std::optional<int> shown = pictures.shrink_for(info.size);
    if (!shown) return pictures.save({});
    if (*shown > 1) {
        decoded = {};
        decoded.pixels = decode_picture(image, *shown);
    }
    pictures.save({decoded.pixels, info.alpha, {}, false});
}

/// How many times the image is shrunk in pictures of it, where any are wanted.
std::optional<int> picture_shrink(const Pictures& pictures, const Run& run, Size image) {
    if (run.options.dry_run) return std::nullopt;
    return pictures.shrink_for(image);
}

/// The bytes of an image's colour profile: the reader's, and in each picture that is encoded at once, as it
/// is, as it is compressed and in what is encoded.
std::int64_t profile_memory(const ImageInfo& image, std::size_t glimpses) {
    const std::size_t at_once = std::min(glimpses, static_cast<std::size_t>(cores_of_run()));
    return bounded_product(static_cast<std::int64_t>(image.icc_profile.size()),
                           static_cast<std::int64_t>(1 + 3 * at_once));
}

/// The bytes of what is kept of an image's glimpses until it is done: their maps, reports and paths. Of few
/// it is no more than what any image takes.
std::int64_t records_memory(const ImageJob& job, const OutputOptions& options) {
    constexpr std::size_t few = 8192;
    const std::size_t glimpses = job.glimpses->size();
    if (glimpses <= few) return 0;
    constexpr std::size_t record = 2500;
    // Each path is there as it is planned, written and reported.
    const std::size_t paths = options.matrices == MatrixForm::none ? 8 : 28;
    const std::size_t bytes = record + paths * (options.out.size() + job.name.size());
    return bounded_product(static_cast<std::int64_t>(bytes), static_cast<std::int64_t>(glimpses));
}

/// Throws `Error` where they are more than all that may be held: before they are made.
void require_memory_for_records(const ImageJob& job, const OutputOptions& options, MemoryAllowance memory) {
    memory.use = "what is kept of " + std::to_string(job.glimpses->size()) + " glimpses";
    memory.remedy = "give them in several runs";
    memory.require(records_memory(job, options));
}

/// The bytes of what is made of an image beside its glimpses: their records, maps of at most `seen` pixels,
/// gradients, the sheet, and copies of the profile.
std::int64_t beside_glimpses(const Run& run, const Pictures& pictures, const ImageJob& job,
                             const ImageInfo& image, std::int64_t seen) {
    const std::size_t glimpses = job.glimpses->size();
    const std::int64_t records = records_memory(job, run.plan.options);
    if (run.options.dry_run) return records;
    return records + maps_memory(run, glimpses, image.size, seen) +
           gradients_memory(*job.glimpses, run.options, run.plan.options, image) +
           pictures.sheet_memory(image.size) + pictures.enlargement_memory(image.size) +
           profile_memory(image, glimpses);
}

/// Reserves what decoding the image and drawing its pictures holds at once, and `beside` more.
MemoryBudget::Reservation reserve(const Decoding& decoding, const ImageReader& image,
                                  const Pictures& pictures, std::int64_t beside, const Run& run) {
    MemoryAllowance memory = run.options.open.memory;
    std::int64_t bytes = decoding_memory(image, decoding.parts, decoding.shrink);
    const FigureFormat format = run.plan.options.figure_format;
    const std::optional<int> shown = picture_shrink(pictures, run, image.info().size);
    if (const auto drawing = shown ? picture_memory(image, *shown, format) : 0; drawing > bytes) {
        bytes = drawing;
        memory.remedy = pictures.remedy();
    }
    if (!run.options.dry_run && pictures.are_wanted()) bytes = std::max(bytes, shown_values_memory(image));
    if (!run.options.dry_run && pictures.sheet_memory(image.info().size) > bytes)
        memory.remedy = pictures.remedy();
    return reserve_for(image, beside + bytes, memory);
}

/// Reserves memory before the weights of masks are made, and in a dry run, which decodes nothing, for the
/// records of many glimpses; null where there are none. With it goes what all of the image takes, since who
/// holds memory must not ask for more once the weights say what is looked at.
MemoryBudget::Reservation reserve_for_lowering(const ImageJob& job, const ImageReader& image,
                                               const Pictures& pictures, const Run& run) {
    const Size size = image.info().size;
    const std::int64_t weights = lowering_memory(*job.glimpses, run.options.open, size);
    const std::int64_t beside = beside_glimpses(run, pictures, job, image.info(), size.area());
    if (run.options.dry_run ? weights + beside == 0 : weights == 0) return {};
    Decoding decoding;
    if (!run.options.dry_run) decoding.parts = whole_with_glimpses({}, size);
    return reserve(decoding, image, pictures, weights + beside, run);
}

/// Throws `Error` where the boxes were made for an image of another size. Programs disagree on whether the
/// EXIF orientation is applied before the size is written: returns whether it is the size of the image turned
/// by a quarter.
bool is_annotated_turned(const ImageJob& job, const ImageInfo& image) {
    if (!job.annotated_size || *job.annotated_size == image.size) return false;
    constexpr int first_that_swaps_sides = 5;  // of EXIF's orientations
    const bool swaps = image.orientation >= first_that_swaps_sides;
    if (swaps && *job.annotated_size == Size{image.size.height, image.size.width}) return true;
    throw Error("its annotations are of an image of " + to_string(*job.annotated_size) +
                " pixels, and it has " + to_string(image.size) +
                "; give the image that was annotated, or correct the size in the annotations");
}

/// Opens the image of a job; where that decodes it, memory for its pictures and for the weights of masks is
/// reserved with its own.
std::unique_ptr<ImageReader> open(const ImageJob& job, const Run& run, const Pictures& pictures) {
    OpenOptions options = run.options.open;
    if (pictures.are_wanted()) options.memory.remedy = pictures.remedy();
    options.beside = [&](const ImageInfo& image) {
        const auto shrink = picture_shrink(pictures, run, image.size);
        return lowering_memory(*job.glimpses, run.options.open, image.size) +
               draw_memory(job, run.options.open, image.size) +
               beside_glimpses(run, pictures, job, image, image.size.area()) +
               (shrink ? drawing_memory(image, *shrink, run.plan.options.figure_format) : 0);
    };
    return job.image.open(options);
}

/// Of an array whose channels were read as the last axis: by its lengths, a picture has them first.
bool may_be_channels_first(const ImageInfo& image) {
    constexpr int most = 4;
    const bool has_colours = image.channels <= most;
    return image.array && !has_colours && may_be_channels(static_cast<std::size_t>(image.size.height));
}

/// Draws the glimpses of the job where a policy places them.
std::vector<Draw> draw(FinishedJob& done, const ImageReader& image, const Run& run) {
    const Size size = image.info().size;
    const std::int64_t bytes = draw_memory(done.job, run.options.open, size);
    const auto reserved = bytes > 0 ? reserve_for(image, bytes, run.options.open.memory) : nullptr;
    std::vector<Draw> draws = draw_glimpses(done.job, run.options, size);
    done.report.document = done.job.glimpses;
    done.report.drawn.reserve(draws.size());
    for (const Draw& one : draws) done.report.drawn.push_back(one.location);
    return draws;
}

/// The steps of one image; where one throws, the report keeps what was known before.
void extract_image(const Run& run, GlimpseReader& reader, Saver& saver, FinishedJob& done, ImageInUse& held) {
    const ImageJob& job = done.job;
    OutputPaths& paths = done.paths;
    ImageReport& report = done.report;
    require_outputs_below(run.plan, job.name);
    saver.renew_figures(paths);
    Pictures pictures(paths, run.plan.options, *job.glimpses, saver, report);
    held.reader = open(job, run, pictures);
    ImageReader& image = *held.reader;
    const ImageInfo& info = image.info();
    report.size = info.size;
    report.pages = info.pages;
    report.lacks_pages = info.lacks_pages;
    const bool has_channels_first = run.options.open.layout == ArrayLayout::channels_first;
    report.channels_first = info.array && has_channels_first;
    done.may_be_channels_first = !has_channels_first && may_be_channels_first(info);
    if (info.orientation != 1) report.orientation = run.options.open.auto_orient ? info.orientation : 1;
    done.annotated_turned = is_annotated_turned(job, info);
    const std::vector<Draw> draws = draw(done, image, run);
    held.reserved = reserve_for_lowering(job, image, pictures, run);
    auto glimpses = lower_glimpses(job, paths, run.options, info, report.glimpses, draws);
    Matrices matrices(run.plan.options, paths, report);
    matrices.plan(glimpses);
    refuse_without_gradients(glimpses, run.plan, job, info);
    tell_dark(glimpses, run.plan.format, info.depth, done);
    tell_inexact_fills(glimpses, run.plan.format, info.depth, done);
    if (run.options.dry_run) {
        pictures.record_planned();
        matrices.record_planned(glimpses, saver);
        return record_outputs(glimpses, saver);
    }
    if (!pictures.are_wanted()) drop_existing(glimpses, matrices, saver);
    if (glimpses.empty() && !pictures.are_wanted()) return;
    // A derivative may look at pixels beside those of the glimpse.
    const bool needs_all = pictures.shrink_for(info.size) == 1 || writes_gradients(run.plan.options);
    const Decoding decoding = plan_decoding(glimpses, info, needs_all, run.options.fast_shrink);
    if (!held.reserved) {
        std::int64_t beside =
            beside_glimpses(run, pictures, job, info, greatest_support(glimpses)) + kept_memory(glimpses);
        for (const LoweredGlimpse& glimpse : glimpses)
            beside += transition_memory(glimpse.lowered, info.channels);
        held.reserved = reserve(decoding, image, pictures, beside, run);
    }
    linearise_shown(glimpses, image, run, pictures);
    if (pictures.are_wanted()) pictures.lay_out(info.size, *job.glimpses, glimpses, shown_values(image));
    extract_parts(decoding, image, job, run, reader, saver, matrices, pictures);
    report.doubts = image.doubts();
    report.clipped = pictures.clipped();
    done.labels_left_out = pictures.labels_left_out();
    done.maps_together = pictures.maps_together();
    done.picture_shrink = pictures.overlay_shrink_for(info.size).value_or(1);
}

/// The first few, since thousands may fail for one reason; each has its own error in the report.
void add_failures_of_glimpses(FinishedJob& done) {
    constexpr std::size_t most = 3;
    std::size_t failed = 0;
    std::string failures;
    for (const GlimpseReport& glimpse : done.report.glimpses) {
        if (glimpse.error.empty() || ++failed > most) continue;
        failures += (failures.empty() ? "glimpse " : "; glimpse ") + glimpse.id + ": " + glimpse.error;
    }
    if (failed > most) {
        failures += "; and " + std::to_string(failed - most) +
                    (failed == most + 1 ? " other glimpse" : " other glimpses");
    }
    if (failed > 0) add_failure(done, failures);
}

}  // namespace

void add_failure(FinishedJob& done, const std::string& failure) {
    std::string& error = done.report.error;
    if (!error.empty()) {
        error += "; ";
    } else if (done.job.is_one_of_pages) {
        error = "page " + std::to_string(done.report.page) + ": ";
    }
    error = shortened(error + failure, longest_message);
}

ExtractedJob extract(ImageJob job, const OutputPlan& plan, const Backend& backend,
                     const RunOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    ExtractedJob extracted{.done = {.job = std::move(job)}, .files = {}, .held = ImageInUse{}};
    FinishedJob& done = extracted.done;
    done.report.image = done.job.image.name();
    done.report.page = done.job.image.page().value_or(0);
    done.report.name = done.job.name;
    done.report.archive = plan.options.archive;
    done.report.document = done.job.glimpses;
    done.report.adjustment = options.adjustment;
    done.report.policy = done.job.drawn_from.policy;
    GlimpseReader reader(backend);
    Saver saver(plan);
    try {
        require_memory_for_records(done.job, plan.options, options.open.memory);
        done.paths = output_paths(plan, done.job);
        if (!done.job.problem.empty()) throw Error(done.job.problem);
        done.former_pages = former_pages(plan, done.job);
        extract_image({plan, options}, reader, saver, done, *extracted.held);
    } catch (const ReaderGone&) {
        throw;
    } catch (const WaitEnded&) {
        throw;
    } catch (...) {
        add_failure(done, current_message());
    }
    done.job.image.release();  // the job may wait for many before its consumer has it
    add_failures_of_glimpses(done);
    done.files = saver.members();
    done.remade = saver.remade();
    extracted.files = saver.files();
    done.report.device = join(reader.devices());
    done.report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return extracted;
}

}  // namespace glimpse
