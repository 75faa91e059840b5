#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "cli/extract_options.hpp"
#include "cli/field_names.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/track_outputs.hpp"

// Options that contradict each other in ways that needs() at an option cannot say. Rules for every caller
// stand in the library.

namespace glimpse::cli {

namespace {

struct Rule {
    const char* option;  ///< whose value is at fault
    bool (*is_broken)(const ExtractOptions&);
    const char* text;
};

/// Overlays up to `--overlay-size`.
bool has_overlay(const ExtractOptions& o) {
    return o.output.overlay || o.output.panel;
}

constexpr const char* about_overlays = "is about overlays: give --overlay or --panel";

/// Those, or overlays in cells.
bool has_any_overlay(const ExtractOptions& o) {
    return has_overlay(o) || shows_overlays(o.output.sheet.content);
}

constexpr const char* about_any_overlays = "is about overlays: give --overlay, --panel or --sheet overlays";

constexpr const char* about_colours =
    "is about attention in colours: give --overlay, --panel or --sheet overlays in the --overlay-style heat, "
    "both or "
    "blend, or --sheet maps";
constexpr const char* about_strength =
    "is about attention that is shown by its strength: give --overlay, --panel or --sheet overlays in "
    "another "
    "--overlay-style than outline or contour, or --sheet maps";

/// Whether attention is shown as sheets of maps show it, or by an overlay in a style of that kind.
bool shows_attention(const ExtractOptions& o, bool (*in_style)(OverlayStyle::Kind)) {
    return (has_any_overlay(o) && in_style(o.output.style.kind)) ||
           o.output.sheet.content == SheetContent::maps;
}

/// Whether something is searched, in which there may be more than images.
bool is_searched(const InputOptions& input) {
    return !input.archives.empty() || std::ranges::any_of(input.inputs, [](const std::string& name) {
        std::error_code unseen;
        return std::filesystem::is_directory(name, unseen);
    });
}

const std::array rules{
    Rule{"--report",
         [](const ExtractOptions& o) {
             return o.report == standard_stream && o.output.out == standard_stream;
         },
         "standard output already carries the glimpse"},
    Rule{"--report",
         [](const ExtractOptions& o) {
             return o.report == standard_stream && o.output.archive == standard_stream;
         },
         "standard output already carries the archive"},
    Rule{
        "--resume",
        [](const ExtractOptions& o) { return o.resume && (o.report.empty() || o.report == standard_stream); },
        "name the earlier run's report: --report FILE"},
    Rule{"--resume", [](const ExtractOptions& o) { return o.resume && !o.output.archive.empty(); },
         "an archive is there whole or not at all: make several, and give --existing skip"},
    Rule{"--out",
         [](const ExtractOptions& o) { return !o.input.archives.empty() && holds_one_glimpse(o.output.out); },
         "the glimpses of an archive need a directory, or --output-tar"},
    Rule{"--verbose", [](const ExtractOptions& o) { return o.verbose && !is_searched(o.input); },
         "names what a directory or an archive has beside images: give one"},
    Rule{"--overlay-style",
         [](const ExtractOptions& o) { return !o.overlay_style.empty() && !has_any_overlay(o); },
         about_any_overlays},
    Rule{"--colormap",
         [](const ExtractOptions& o) {
             return !o.colormap.empty() && !shows_attention(o, glimpse::has_colours);
         },
         about_colours},
    Rule{"--scale", [](const ExtractOptions& o) { return o.scale && !shows_attention(o, has_scale); },
         about_strength},
    Rule{"--smooth",
         [](const ExtractOptions& o) { return o.output.style.smooth && !shows_attention(o, has_scale); },
         about_strength},
    Rule{"--colorbar",
         [](const ExtractOptions& o) {
             return o.output.colorbar && !shows_attention(o, glimpse::has_colours);
         },
         about_colours},
    Rule{"--opacity",
         [](const ExtractOptions& o) {
             return o.opacity && !(has_any_overlay(o) && has_scale(o.output.style.kind));
         },
         "is about overlays that show attention by its strength: give --overlay, --panel or --sheet overlays "
         "in "
         "another --overlay-style than outline or contour"},
    Rule{"--overlay-size", [](const ExtractOptions& o) { return o.overlay_size && !has_overlay(o); },
         about_overlays},
    Rule{"--cell-size",
         [](const ExtractOptions& o) {
             return o.cell_size && !o.output.tracks.strip && o.output.sheet.content == SheetContent::none;
         },
         "is about cells: give --sheet or --strip"},
    Rule{"--figure-format",
         [](const ExtractOptions& o) {
             return !o.figure_format.empty() && !has_overlay(o) && !o.output.tracks.strip &&
                    o.output.sheet.content == SheetContent::none;
         },
         "is about figures: give --overlay, --panel, --sheet or --strip"},
};

/// What images make together needs to know all of them in advance.
struct TrackRule {
    bool (*is_broken)(const ExtractOptions&);
    const char* text;
};

const std::array track_rules{
    TrackRule{[](const ExtractOptions& o) { return !o.input.archives.empty(); },
              "is for images in files, not in an --input-tar"},
    TrackRule{[](const ExtractOptions& o) { return o.input.manifest == standard_stream; },
              "all images must be known before: give the manifest as a file"},
    TrackRule{
        [](const ExtractOptions& o) { return o.input.shard.count > 1; },
        "a share of the images has a share of what all of them make together: make that when all shares "
        "are done, in a run without --shard and with --existing skip"},
};

}  // namespace

void validate(const ExtractOptions& options) {
    if (options.untrusted) require_confinable(options.device);
    for (const Rule& rule : rules) {
        if (rule.is_broken(options)) throw UsageError(rule.option, rule.text);
    }
    if (!makes_joint_outputs(options.output)) return;
    for (const TrackRule& rule : track_rules) {
        if (rule.is_broken(options))
            throw UsageError(option_of_field(joining_field(options.output)), rule.text);
    }
}

}  // namespace glimpse::cli
