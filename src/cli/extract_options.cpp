#include "cli/extract_options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>

#include "cli/choices.hpp"
#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/tracks.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

const std::map<std::string, OverlayStyle::Kind> overlay_styles{
    {"heat", OverlayStyle::Kind::heat},   {"outline", OverlayStyle::Kind::outline},
    {"both", OverlayStyle::Kind::both},   {"dim", OverlayStyle::Kind::dim},
    {"blend", OverlayStyle::Kind::blend}, {"contour", OverlayStyle::Kind::contour}};
const std::map<std::string, SheetContent> sheet_contents{{"glimpses", SheetContent::glimpses},
                                                         {"overlays", SheetContent::overlays},
                                                         {"maps", SheetContent::maps},
                                                         {"pairs", SheetContent::pairs}};
const std::map<std::string, bool> sheet_extents{{"image", false}, {"run", true}};
const std::map<std::string, Existing> existing_choices{
    {"overwrite", Existing::overwrite}, {"skip", Existing::skip}, {"error", Existing::error}};

const std::map<std::string, TrackerWindow> tracker_windows{{"pysot", TrackerWindow::pysot},
                                                           {"siamfc", TrackerWindow::siamfc}};

template <typename Words>
std::vector<std::string> strings(const Words& words) {
    return {words.begin(), words.end()};
}

void add_inputs(Command& command, InputOptions& input) {
    command.option_defaults()->group("Images and their parameters");
    command.add_option("INPUT", input.inputs,
                       "image files, directories, or - for image bytes on standard input");
    command
        .add_option("-p,--params", input.parameters,
                    "a parameter document for every input; - for standard input")
        ->type_name("FILE");
    command.add_flag("--sidecar", input.sidecar,
                     "each image's own parameters, from IMAGE.json or STEM.json beside it");
    command.add_option("--manifest", input.manifest, "JSON Lines, one record an image; - for standard input")
        ->type_name("FILE");
    command
        .add_option("--input-tar", input.archives,
                    "images out of a WebDataset archive; - for standard input; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command.add_flag("-r,--recursive", input.recursive, "read directories with all that is below them");
    add_box_options(command, input);
}

void add_annotations(Command& command, AnnotationOptions& annotations) {
    command.option_defaults()->group("Annotations of data sets");
    CLI::Option* const boxes =
        command
            .add_option("--boxes", annotations.file,
                        "annotations of the inputs: a file, or a directory with a file for each image")
            ->type_name("FILE");
    command
        .add_choice("--boxes-format", annotations.format, strings(annotation_formats()),
                    "the format of --boxes, where its content does not tell")
        ->needs(boxes);
    command
        .add_option("--category", annotations.categories,
                    "only boxes of this category, by name or number; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->needs(boxes);
    command.add_flag("--zero-based", annotations.zero_based, "VOC files whose first pixel is 0, not 1")
        ->needs(boxes);
    command
        .add_flag("--strict", annotations.strict,
                  "fail for images that the annotations name and the inputs lack")
        ->needs(boxes);
}

void add_adjustments(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Boxes and sizes");
    constexpr double widest = 1e6;
    command.add_number("--context", o.run.adjustment.context, 0.0, widest,
                       "widen each box by this share of its size");
    command.add_flag("--square", o.run.adjustment.square, "make each box a square of its longer side");
    CLI::Option* const tracker_crop =
        command.add_flag("--tracker-crop", o.run.adjustment.tracker,
                         "the window of a Siamese tracker for each box, filled with the image's mean");
    command
        .add_choice("--tracker-window", o.tracker_window, keys(tracker_windows),
                    "whose window --tracker-crop takes, to the pixel")
        ->capture_default_str()
        ->needs(tracker_crop);
    add_size_option(command, "-s,--size", o.input.defaults.size,
                    "the size of glimpses whose entry gives none");
}

/// Throws `UsageError` with the option's name.
void parse_page(const std::string& text, InputOptions& input) {
    input.all_pages = text == "all";
    input.page = input.all_pages ? std::nullopt : whole_number(text);
    constexpr int beyond = std::numeric_limits<int>::max();
    if (!input.all_pages && input.page.value_or(beyond) == beyond) {
        throw UsageError("--page", "a number from 0, below 2^31 - 1, or all is needed, not '" + text + "'");
    }
}

void add_reading(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Reading images");
    add_no_auto_orient_option(command, o.no_auto_orient);
    add_alpha_option(command, o.alpha);
    command
        .add_choice("--array-layout", o.array_layout, {"nhwc", "nchw"},
                    "the axes of .npy images: N×H×W×C, or N×C×H×W as PyTorch has them")
        ->default_str("nhwc");
    add_formats_option(command, o.formats);
    command
        .add_option_function<std::string>(
            "--page", [&o](const std::string& text) { parse_page(text, o.input); },
            "which image of a file with several, from 0; all: each, as NAME.000 and so on")
        ->type_name("N");
    add_memory_option(
        command, o.memory,
        "for what is decoded at once, over all images in flight: bytes, or 512M, 1.5G; an image "
        "that needs more than is left waits, one that needs more than all fails");
    add_pixels_option(command, o.maximum_pixels, o.run.open.maximum_pixels);
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

/// Of glimpses that shrink.
void add_fast_shrink(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Reading images");
    command.add_flag(
        "--fast-shrink", o.run.fast_shrink,
        "decode JPEG at 1/2, 1/4 or 1/8 where all glimpses shrink by twice that; changes pixels a little");
}

/// What else the map of a glimpse is written as.
void add_map_outputs(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Outputs");
    command.add_flag("--map", o.output.map, "also write each attention map, NAME.ID.map.png or .npy");
    command.add_flag("--gradients", o.output.gradients,
                     "also write how each glimpse changes with each number of its mechanism, "
                     "NAME.ID.gradients.npz: an array of its shape for each, named by its place, box/2");
    CLI::Option* const loss = command.add_option(
        "--vjp", o.vjp,
        "also write the gradient of a loss by each number, NAME.ID.vjp.npz, from that by the glimpse in "
        "FILE: a .npy, of several glimpses one after another, or a .npz with an array for each NAME.ID");
    loss->type_name("FILE");
    CLI::Option* const matrices = command.add_flag(
        "--matrices", o.matrices,
        "also write the matrices of g = A_y I A_x^T, NAME.ID.A_y.npz and A_x.npz, or of g = A I, A.npz, for "
        "scipy.sparse.load_npz; where points are sampled, these, too, NAME.ID.grid.npy");
    command
        .add_flag("--dense", o.dense,
                  "write --matrices with their zeros, as .npy: those of " +
                      std::to_string(largest_dense_matrix) + " numbers at most")
        ->needs(matrices);
}

void add_outputs(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Outputs");
    command
        .add_option("-o,--out", o.output.out,
                    "a directory; or a file, when there is one glimpse; or - for standard output")
        ->type_name("PATH");
    command
        .add_option(
            "--output-tar", o.output.archive,
            "in place of --out: a WebDataset archive, KEY.ID.EXT beside KEY.json; - for standard output")
        ->type_name("FILE");
    add_format_option(command, o.output.format, "of the glimpses");
    command.add_option("--report", o.report, "JSON Lines, one record an image; - for standard output")
        ->type_name("FILE");
    command
        .add_choice("--existing", o.existing, keys(existing_choices),
                    "what becomes of an output that is there already")
        ->capture_default_str();
    add_no_sync_option(command, o.no_sync);
}

/// Throws `UsageError` with the option's name.
AttentionScale parse_scale(const std::string& text) {
    const std::string word = CLI::detail::to_lower(text);
    if (word == "own") return OwnScale{};
    if (word == "shared") return SharedScale{};
    AttentionRange range;
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos || !CLI::detail::lexical_cast(text.substr(0, comma), range.low) ||
        !CLI::detail::lexical_cast(text.substr(comma + 1), range.high)) {
        throw UsageError("--scale", "own, shared or LOW,HIGH is needed, not '" + text + "'");
    }
    return range;
}

void add_scale(Command& command, ExtractOptions& o) {
    CLI::Option* const scale = command.add_option_function<std::string>(
        "--scale", [&o](const std::string& text) { o.scale = parse_scale(text); },
        "what the colours of attention reach: own, each map's greatest; shared, that of all glimpses of the "
        "image; or from LOW to HIGH, two numbers");
    command.offer(scale->type_name("SCALE")->default_str("own"), {"own", "shared"});
    command.add_flag("--colorbar", o.output.colorbar,
                     "beside overlays, and sheets of overlays or maps: a bar of the colours, with the values "
                     "that they stand for on a --scale that is shared or LOW,HIGH");
}

void add_sheet(Command& command, ExtractOptions& o) {
    CLI::Option* const sheet = command.add_choice(
        "--sheet", o.sheet, keys(sheet_contents),
        "also write NAME.sheet.png: all glimpses, their overlays, both side by side (pairs) or their maps, "
        "captioned");
    const SheetOptions defaults;
    command.add_number("--columns", o.columns, 1, static_cast<int>(most_cells_of_page), "of --sheet")
        ->needs(sheet)
        ->default_str("about twice as wide as high");
    command
        .add_number(
            "--cell-size", o.cell_size, least_cell_size, greatest_cell_size,
            "of --sheet and --strip: the longer side of a cell, of pairs of each half, pixels; below " +
                std::to_string(least_captioned_cell) + " without captions")
        ->default_str(std::to_string(defaults.cell_size) + ", of --strip " +
                      std::to_string(TrackOptions().cell_size));
}

/// What the images of a run make together.
void add_joint_outputs(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Overlays, panels and tracks");
    TrackOptions& tracks = o.output.tracks;
    command
        .add_choice("--over", o.over, keys(sheet_extents),
                    "of --sheet: one for each image, or one for the run, OUT/sheet.png, of several pages "
                    "OUT/sheet.1.png and so on")
        ->needs(command.get_option("--sheet"))
        ->default_str("image");
    command.add_flag(
        "--strip", tracks.strip,
        "also write each id's glimpses as one contact sheet, DIR/ID.strip.png (--figure-format)");
    command.add_choice("--animate", tracks.animation, strings(animation_formats()),
                       "also write each id's images and glimpses as an animation, DIR/ID.track.NAME");
    command.add_choice("--animate-crops", tracks.crops, strings(animation_formats()),
                       "also write each id's glimpses alone as an animation, DIR/ID.crops.NAME");
    command.add_choice(
        "--animate-all", tracks.sequence, strings(animation_formats()),
        "also write the images of each directory, with the outlines and labels of all ids, as an "
        "animation, DIR/tracks.NAME");
    command
        .add_option("--frame-rate", tracks.frame_rate,
                    "of animations, 0.1 to 60 frames a second (gif: to 50)")
        ->type_name("N")
        ->default_str("25");
}

void add_pictures(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("Overlays, panels and tracks");
    command.add_flag("--overlay", o.output.overlay,
                     "also write NAME.overlay.png (--figure-format): attention and outlines on the image");
    const OverlayStyle style;
    const auto kind =
        std::ranges::find(overlay_styles, style.kind, &decltype(overlay_styles)::value_type::second);
    command.add_choice("--overlay-style", o.overlay_style, keys(overlay_styles), "what an overlay shows")
        ->default_str(kind->first);
    command
        .add_choice("--colormap", o.colormap, strings(colormap_names()),
                    "for the heat: one of OpenCV's colour maps, or coolwarm, whose middle is 0")
        ->default_str(std::string(colormap_names()[static_cast<std::size_t>(style.colormap)]) +
                      ", and coolwarm where a mask has negative weights");
    add_scale(command, o);
    command.add_flag(
        "--smooth", o.output.style.smooth,
        "show attention at the resolution of the glimpses, without the pattern of sampling points "
        "that are far between; --map stays as it is");
    command.add_number("--opacity", o.opacity, 0.0, 1.0, "of the heat")
        ->default_str(number_text(style.opacity));
    command
        .add_number("--overlay-size", o.overlay_size, 1, std::numeric_limits<int>::max(),
                    "of overlays: shrink an image whose longer side has more pixels, and enlarge none beyond")
        ->default_str(std::to_string(o.output.overlay_size));
    command.add_flag(
        "--panel", o.output.panel,
        "also write NAME.panel.png (--figure-format): the overlay, and the glimpses beside it; of more than "
        "three masks or Gaussians a sheet, each on the image and its glimpse beside it");
    add_sheet(command, o);
    command
        .add_choice("--figure-format", o.figure_format, strings(figure_format_names()),
                    "of overlays, panels and sheets; svg and pdf: lines as lines, texts as texts")
        ->default_str(std::string(figure_format_name(o.output.figure_format)));
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

void add_run(Command& command, ExtractOptions& o) {
    command.option_defaults()->group("The run");
    add_device_option(command, o.device);
    command.add_flag("--resume", o.resume,
                     "skip what the --report of an earlier run lists as done and what is there; continue it");
    command
        .add_option_function<std::string>(
            "--shard", [&o](const std::string& text) { o.input.shard = parse_shard(text); },
            "only the I-th of N shares of the images, I from 1")
        ->type_name("I/N");
    add_jobs_option(command, o.run.jobs, "images in flight");
    command.add_flag("--fail-fast", o.run.fail_fast, "start nothing new after the first image that fails");
    command.add_flag("--dry-run", o.run.dry_run, "say what would be written, and write nothing");
    auto* const verbose = command.add_flag("-v,--verbose", o.verbose,
                                           "name each entry of a directory or archive that is skipped");
    command.add_flag("-q,--quiet", o.quiet, "no progress and no messages but usage errors")
        ->excludes(verbose);
    add_progress_option(command, o.progress,
                        "show how far the run is; auto: on a terminal, where there is more than one image");
}

void apply_style(const ExtractOptions& o, OverlayStyle& style) {
    if (!o.overlay_style.empty()) style.kind = overlay_styles.at(o.overlay_style);
    if (!o.colormap.empty()) style.colormap = style.signed_colormap = colormap_from_name(o.colormap);
    if (o.scale) style.scale = *o.scale;
    if (o.opacity) style.opacity = *o.opacity;
}

}  // namespace

void add_options(Command& command, ExtractOptions& options) {
    add_inputs(command, options.input);
    add_annotations(command, options.annotations);
    add_adjustments(command, options);
    add_reading(command, options);
    add_fast_shrink(command, options);
    add_outputs(command, options);
    add_map_outputs(command, options);
    add_pictures(command, options);
    add_joint_outputs(command, options);
    add_run(command, options);
}

void add_common_options(Command& command, ExtractOptions& options) {
    add_inputs(command, options.input);
    add_reading(command, options);
    add_outputs(command, options);
    add_pictures(command, options);
    add_run(command, options);
}

void apply(ExtractOptions& o) {
    apply_style(o, o.output.style);
    if (!o.figure_format.empty()) o.output.figure_format = figure_format_from_name(o.figure_format);
    if (o.overlay_size) o.output.overlay_size = *o.overlay_size;
    if (!o.sheet.empty()) o.output.sheet.content = sheet_contents.at(o.sheet);
    if (!o.over.empty()) o.output.sheet.over_run = sheet_extents.at(o.over);
    if (o.columns) o.output.sheet.columns = *o.columns;
    if (o.cell_size) o.output.sheet.cell_size = o.output.tracks.cell_size = *o.cell_size;
    if (o.matrices) o.output.matrices = o.dense ? MatrixForm::dense : MatrixForm::sparse;
    o.output.existing = existing_choices.at(o.existing);
    o.run.adjustment.window = tracker_windows.at(o.tracker_window);
    o.input.defaults.makes_windows = o.run.adjustment.tracker;
    o.output.sync = !o.no_sync;
    o.run.open.auto_orient = !o.no_auto_orient;
    o.input.defaults.alpha = alpha_channel(o.alpha);
    o.run.open.alpha = o.input.defaults.alpha.value_or(AlphaChannel::as_said);
    if (o.array_layout == "nchw") o.run.open.layout = ArrayLayout::channels_first;
    set_limits(o, o.run.jobs, o.run.open);
    o.input.open = o.run.open;
    o.run.interrupted = was_interrupted;
    o.input.names_skipped = o.run.dry_run || o.verbose;
    if (o.run.dry_run && o.output.out.empty() && o.output.archive.empty()) o.output.out = ".";
    if (!o.annotations.file.empty()) {
        o.input.annotations = o.annotations;
        std::ranges::move(annotation_files(o.annotations.file), std::back_inserter(o.output.also_inputs));
    }
    if (o.vjp) o.output.also_inputs.emplace_back(*o.vjp);
    if (o.input.map) o.output.also_inputs.push_back(*attention_file(*o.input.map));
    for (const auto& file : {o.input.parameters, o.input.manifest}) {
        if (file && *file != standard_stream) o.output.also_inputs.emplace_back(*file);
    }
    o.output.also_inputs.insert(o.output.also_inputs.end(), o.input.archives.begin(), o.input.archives.end());
    if (!o.report.empty() && o.report != standard_stream) o.output.also_outputs.emplace_back(o.report);
}

}  // namespace glimpse::cli
