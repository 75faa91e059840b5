#include "glimpse/mechanisms/spatial_transformer.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"
#include "maps/projective.hpp"
#include "maps/sampled.hpp"
#include "mechanisms/normalised.hpp"
#include "mechanisms/reachable.hpp"
#include "mechanisms/theta.hpp"
#include "mechanisms/transformer_samples.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// slope · (base grid), as step · j + start. Multiplied out so that equal sizes give a step of exactly 1.
struct ScaledGrid {
    double step;
    double start;
};

ScaledGrid scaled_grid(double slope, int n, bool align_corners) {
    if (n == 1) return {0, 0};
    return align_corners ? ScaledGrid{2 * slope / (n - 1), -slope}
                         : ScaledGrid{2 * slope / n, slope * (1 - n) / n};
}

Affine from_theta(const Theta& theta, Size image, Size glimpse, bool align_corners) {
    const auto row = [&](const std::array<double, 3>& t, int size) {
        const auto [slope, middle] = to_pixels(size, align_corners);
        const ScaledGrid x = scaled_grid(slope, glimpse.width, align_corners);
        const ScaledGrid y = scaled_grid(slope, glimpse.height, align_corners);
        return std::array<double, 3>{t[0] * x.step, t[1] * y.step,
                                     t[0] * x.start + t[1] * y.start + slope * t[2] + middle};
    };
    return {{{row(theta[0], image.width), row(theta[1], image.height)}}};
}

Theta theta_of(const SpatialTransformer::ScaleShiftForm& form) {
    return {{{form.scale[0], 0, form.shift[0]}, {0, form.scale[1], form.shift[1]}}};
}

/// Of a projective map they may lie anywhere: nearer and nearer to the horizon they go to infinity.
void require_reachable(const SamplingPoints& points, const std::string& field) {
    if (const Extent* const all = points.listed_extent()) {
        if (std::max({-all->left, -all->top, all->right, all->bottom}) <= farthest_sample) return;
    }
    for (const auto& [x, y] : points.listed()) {
        const double farthest = std::max(std::abs(x), std::abs(y));
        if (!(farthest <= farthest_sample)) fail_unreachable(farthest, field);
    }
}

/// The warp; null where the form is another.
const Warp* warp_of(const SpatialTransformer& transformer) {
    const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&transformer.form);
    return form ? form->warp.get() : nullptr;
}

void require_sizes(const SpatialTransformer& transformer) {
    const Warp* const warp = warp_of(transformer);
    if (warp && transformer.size && std::holds_alternative<GridWarp>(*warp))
        throw InvalidParameter("/size", "the grid gives the glimpse its size");
    if (transformer.size || !warp || !has_own_size(*warp)) return require_size(transformer);
    const auto* const quad = std::get_if<QuadWarp>(warp);
    // That of fractions depends on the image.
    if (quad && quad->units == Units::pixels) static_cast<void>(own_size(*warp, {}));
}

std::string field_of(const Warp& warp) {
    return std::visit(
        overloaded{
            [](const ProjectiveWarp&) { return "/projective"; }, [](const QuadWarp&) { return "/quad"; },
            [](const ThinPlateWarp&) { return "/thin_plate"; }, [](const GridWarp&) { return "/grid"; },
            [](const FlowWarp&) { return "/flow"; }, [](const LogPolarWarp&) { return "/log_polar"; }},
        warp);
}

/// The key of the numbers that say where its points are: "/theta".
std::string field_of(const SpatialTransformer& transformer) {
    return std::visit(
        overloaded{[](const SpatialTransformer::ThetaForm&) -> std::string { return "/theta"; },
                   [](const SpatialTransformer::ScaleShiftForm& form) -> std::string {
                       const auto farthest = [](const std::array<double, 2>& numbers) {
                           return std::max(std::abs(numbers[0]), std::abs(numbers[1]));
                       };
                       return farthest(form.scale) > farthest(form.shift) ? "/scale" : "/shift";
                   },
                   [](const SpatialTransformer::MatrixForm&) -> std::string { return "/matrix"; },
                   [](const SpatialTransformer::BoxForm&) -> std::string { return "/box"; },
                   [](const SpatialTransformer::WarpForm& form) { return field_of(*form.warp); }},
        transformer.form);
}

void require_seen(const SpatialTransformer& transformer, Size image) {
    const Warp* const warp = warp_of(transformer);
    const bool is_padded = transformer.padding || !std::holds_alternative<std::monostate>(transformer.fill);
    if (warp && !is_padded) require_overlap(*warp, image, remedy_of_padding);
}

}  // namespace

Size glimpse_size(const SpatialTransformer& transformer, Size image) {
    const Warp* const warp = warp_of(transformer);
    return warp && !transformer.size ? own_size(*warp, image) : size_of(transformer, image);
}

Samples samples_of(const SpatialTransformer& transformer, Size image, Size glimpse) {
    return {.points = sampling_points(transformer, image, glimpse),
            .interpolation = transformer.interpolation,
            .padding = transformer.padding.value_or(Padding::zeros),
            .mirror = transformer.align_corners ? Mirror::centres : Mirror::edges};
}

/// Exactly of a projective map, whose neighbours may lie behind the viewer, and by differences of any other.
std::vector<SamplingPoints::Jacobian> jacobians_of(const Samples& samples,
                                                   const SpatialTransformer& transformer, Size image,
                                                   Size glimpse) {
    std::vector<SamplingPoints::Jacobian> jacobians;
    if (samples.points.affine()) return jacobians;
    const auto projective = homography(*warp_of(transformer), image, glimpse);
    jacobians.reserve(static_cast<std::size_t>(glimpse.area()));
    for (int i = 0; i < glimpse.height; ++i) {
        for (int j = 0; j < glimpse.width; ++j) {
            jacobians.push_back(projective ? projective_jacobian(*projective, j, i)
                                           : samples.points.jacobian(j, i));
        }
    }
    return jacobians;
}

Theta theta_of(const Affine& matrix, Size image, Size glimpse, bool align_corners) {
    const auto row = [&](const std::array<double, 3>& m, int size) {
        const auto [slope, middle] = to_pixels(size, align_corners);
        if (slope == 0) return std::array<double, 3>{};
        const ScaledGrid x = scaled_grid(slope, glimpse.width, align_corners);
        const ScaledGrid y = scaled_grid(slope, glimpse.height, align_corners);
        const double of_x = x.step == 0 ? 0 : m[0] / x.step;
        const double of_y = y.step == 0 ? 0 : m[1] / y.step;
        return std::array<double, 3>{of_x, of_y, (m[2] - of_x * x.start - of_y * y.start - middle) / slope};
    };
    return {row(matrix.m[0], image.width), row(matrix.m[1], image.height)};
}

void validate(const SpatialTransformer& transformer) {
    require_sizes(transformer);
    require_float32(transformer.fill);
    if (transformer.antialias && transformer.interpolation != Interpolation::bilinear)
        throw InvalidParameter("/antialias", "samples are antialiased with bilinear interpolation alone");
    std::visit(
        overloaded{
            [](const SpatialTransformer::ThetaForm& form) { require_finite(form.theta, "/theta"); },
            [](const SpatialTransformer::ScaleShiftForm& form) {
                require_finite(form.scale, "/scale");
                require_finite(form.shift, "/shift");
            },
            [](const SpatialTransformer::MatrixForm& form) { require_finite(form.matrix.m, "/matrix"); },
            [](const SpatialTransformer::BoxForm& form) {
                require_box(form.box);
                require_finite(form.angle, "/angle");
            },
            [](const SpatialTransformer::WarpForm& form) { validate(*form.warp); }},
        transformer.form);
}

SamplingPoints sampling_points(const SpatialTransformer& transformer, Size image, Size glimpse) {
    using Points = SamplingPoints;
    const auto of_theta = [&](const Theta& theta) -> Points {
        return from_theta(theta, image, glimpse, transformer.align_corners);
    };
    return std::visit(
        overloaded{[&](const SpatialTransformer::ThetaForm& form) { return of_theta(form.theta); },
                   [&](const SpatialTransformer::ScaleShiftForm& form) { return of_theta(theta_of(form)); },
                   [](const SpatialTransformer::MatrixForm& form) -> Points { return form.matrix; },
                   [&](const SpatialTransformer::BoxForm& form) -> Points {
                       return box_to_image(in_pixels(form, image), glimpse, form.angle);
                   },
                   [&](const SpatialTransformer::WarpForm& form) {
                       return sampling_points(*form.warp, image, glimpse, transformer.align_corners);
                   }},
        transformer.form);
}

bool has_field(const SpatialTransformer& transformer) {
    const Warp* const warp = warp_of(transformer);
    return warp && (std::holds_alternative<GridWarp>(*warp) || std::holds_alternative<FlowWarp>(*warp));
}

LoweringMemory lowering_memory(const SpatialTransformer& transformer, Size image) {
    const Warp* const warp = warp_of(transformer);
    try {
        if (!warp) return {};
        LoweringMemory memory = lowering_memory(*warp, image, transformer.size);
        if (transformer.antialias) {
            constexpr std::int64_t of_point{sizeof(SamplingPoints::Jacobian)};
            memory.kept += bounded_product(glimpse_size(transformer, image).area(), of_point);
        }
        return memory;
    } catch (const InvalidParameter&) {
        return {};  // `lower` says why it has no size
    }
}

Lowered lower(const SpatialTransformer& given, Size image) {
    validate(given);
    const SpatialTransformer transformer = with_box_in_pixels(given, image);
    require_seen(transformer, image);
    const Size size = glimpse_size(transformer, image);
    Samples samples = samples_of(transformer, image, size);
    const Affine* const affine = samples.points.affine();
    const std::optional<Affine> matrix = affine ? std::optional(*affine) : std::nullopt;
    const Warp* const warp = matrix ? nullptr : warp_of(transformer);
    const auto projective = warp ? homography(*warp, image, size) : std::nullopt;
    if (matrix) require_reachable(*matrix, size, field_of(transformer));
    if (!matrix && !projective) require_reachable(samples.points, field_of(transformer));
    std::vector<SamplingPoints::Jacobian> jacobians;
    if (transformer.antialias) jacobians = jacobians_of(samples, transformer, image, size);
    MapKind kind = transformer.antialias ? antialiased(std::move(samples), std::move(jacobians), image, size)
                                         : sampled(std::move(samples), image, size);
    Lowered lowered{.map = {.image = image, .glimpse = size, .kind = std::move(kind)},
                    .fill = transformer.fill,
                    .matrix = matrix};
    if (projective) lowered.homography = std::make_shared<const Homography>(*projective);
    if (warp) lowered.inverse = inverse_warp(*warp, image, size);
    return lowered;
}

}  // namespace glimpse
