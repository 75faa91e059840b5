#include "cli/field_names.hpp"

#include <algorithm>
#include <array>

namespace glimpse::cli {

namespace {

struct Field {
    std::string_view name;
    std::string_view option;
};

constexpr std::array fields{
    // InputOptions
    Field{"inputs", "INPUT"},
    Field{"recursive", "--recursive"},
    Field{"sidecar", "--sidecar"},
    Field{"manifest", "--manifest"},
    Field{"parameters", "--params"},
    Field{"boxes", "--box"},
    Field{"annotations", "--boxes"},
    Field{"annotations.format", "--boxes-format"},
    Field{"annotations.categories", "--category"},
    Field{"annotations.zero_based", "--zero-based"},
    Field{"annotations.strict", "--strict"},
    Field{"archives", "--input-tar"},
    Field{"page", "--page"},
    Field{"all_pages", "--page"},
    Field{"defaults.size", "--size"},
    Field{"defaults.convention", "--convention"},
    Field{"policy.count", "--count"},
    Field{"policy.cells", "--cells"},
    Field{"policy.mean", "--mean"},
    Field{"policy.sigma", "--sigma"},
    Field{"policy.size", "--size"},
    Field{"policy.has_gradients", "--no-gradients"},
    // RunOptions
    Field{"adjustment.context", "--context"},
    Field{"adjustment.square", "--square"},
    Field{"adjustment.tracker", "--tracker-crop"},
    Field{"open.maximum_pixels", "--max-pixels"},
    Field{"open.maximum_seconds", "--max-seconds"},
    Field{"open.alpha", "--alpha"},
    Field{"open.layout", "--array-layout"},
    Field{"open.memory", "--memory"},
    Field{"open.formats", "--formats"},
    // WriteOptions
    Field{"mode", "--mode"},
    // OutputOptions
    Field{"out", "--out"},
    Field{"archive", "--output-tar"},
    Field{"format", "--format"},
    Field{"overlay", "--overlay"},
    Field{"panel", "--panel"},
    Field{"sheet", "--sheet"},
    Field{"sheet.cell_size", "--cell-size"},
    Field{"sheet.over_run", "--over"},
    Field{"tracks.cell_size", "--cell-size"},
    Field{"overlay_size", "--overlay-size"},
    Field{"style.kind", "--overlay-style"},
    Field{"style.scale", "--scale"},
    Field{"colorbar", "--colorbar"},
    Field{"map", "--map"},
    Field{"gradients", "--gradients"},
    Field{"vjp", "--vjp"},
    Field{"matrices", "--matrices"},
    Field{"matrices.dense", "--dense"},
    Field{"tracks.strip", "--strip"},
    Field{"tracks.animation", "--animate"},
    Field{"tracks.crops", "--animate-crops"},
    Field{"tracks.sequence", "--animate-all"},
    Field{"tracks.frame_rate", "--frame-rate"},
    Field{"existing", "--existing"},
    // WriteOptions
    Field{"glimpse", "GLIMPSE"},
    Field{"id", "--id"},
    Field{"canvas", "--canvas"},
    Field{"canvas_size", "--canvas-size"},
    // ExplainOptions
    Field{"image", "IMAGE"},
    Field{"figure_format", "--figure-format"},
    // ConversionOptions
    Field{"target", "--to"},
    Field{"units", "--units"},
    Field{"image_size", "--image"},
    // FitOptions and FitRunOptions
    Field{"free", "--free"},
    Field{"held", "--hold"},
    Field{"lower", "--lower"},
    Field{"upper", "--upper"},
    Field{"optimiser", "--optimiser"},
    Field{"loss_scale", "--loss-scale"},
    Field{"steps", "--steps"},
    Field{"rate", "--rate"},
    Field{"tolerance", "--tolerance"},
    Field{"coarse_to_fine", "--coarse-to-fine"},
    Field{"sigma", "--sigma"},
    Field{"samples", "--samples"},
    Field{"patch", "--target"},
    Field{"images", "IMAGE"},
    Field{"along", "--along"},
    Field{"smoothing", "--smooth"},
    Field{"animation", "--animate"},
    // ComparisonOptions
    Field{"sections", "--sections"},
    Field{"seconds", "--seconds"},
    Field{"basin.grid", "--grid"},
    Field{"basin.displacement", "--displacement"},
    Field{"basin.steps", "--steps"},
    // ViewOptions
    Field{"reports", "REPORT"},
    Field{"thumbnail_size", "--thumbnail-size"},
    // The argument of `make_backend`
    Field{"device", "--device"},
};

}  // namespace

std::string option_of_field(std::string_view field) {
    const auto* const found = std::ranges::find(fields, field, &Field::name);
    return std::string(found == fields.end() ? field : found->option);
}

}  // namespace glimpse::cli
