#include "glimpse/mechanisms/spatial_transformer.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"
#include "maps/sampled.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// Sampling points are exact to well below 1/1000 pixel up to here.
constexpr double farthest_sample = 1e12;

using Theta = std::array<std::array<double, 3>, 2>;

/// One axis of the map from normalised image coordinates to pixels, t → slope · t + middle.
struct ToPixels {
    double slope;
    double middle;
};

ToPixels to_pixels(int size, bool align_corners) {
    return {(align_corners ? size - 1.0 : size) / 2.0, (size - 1.0) / 2.0};
}

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

void require_reachable(const Affine& matrix, Size glimpse) {
    for (const auto& row : matrix.m) {
        const double farthest =
            std::abs(row[0]) * glimpse.width + std::abs(row[1]) * glimpse.height + std::abs(row[2]);
        if (!(farthest <= farthest_sample)) {
            throw Error("the glimpse samples points up to " + number_text(farthest) +
                        " pixels away from the image, and " + number_text(farthest_sample) +
                        " are the most; give a smaller scale or shift");
        }
    }
}

}  // namespace

void validate(const SpatialTransformer& transformer) {
    require_size(transformer);
    require_float32(transformer.fill);
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
            }},
        transformer.form);
}

Affine sampling_matrix(const SpatialTransformer& transformer, Size image, Size glimpse) {
    return std::visit(overloaded{[&](const SpatialTransformer::ThetaForm& form) {
                                     return from_theta(form.theta, image, glimpse, transformer.align_corners);
                                 },
                                 [&](const SpatialTransformer::ScaleShiftForm& form) {
                                     return from_theta(theta_of(form), image, glimpse,
                                                       transformer.align_corners);
                                 },
                                 [](const SpatialTransformer::MatrixForm& form) { return form.matrix; },
                                 [&](const SpatialTransformer::BoxForm& form) {
                                     return box_to_image(in_pixels(form, image), glimpse, form.angle);
                                 }},
                      transformer.form);
}

Lowered lower(const SpatialTransformer& given, Size image) {
    validate(given);
    const SpatialTransformer transformer = with_box_in_pixels(given, image);
    const Size size = size_of(transformer);
    const Affine matrix = sampling_matrix(transformer, image, size);
    require_reachable(matrix, size);
    const Samples samples{.points = matrix,
                          .interpolation = transformer.interpolation,
                          .padding = transformer.padding.value_or(Padding::zeros),
                          .mirror = transformer.align_corners ? Mirror::centres : Mirror::edges};
    return {.map = {.image = image, .glimpse = size, .kind = sampled(samples, image, size)},
            .fill = transformer.fill,
            .matrix = matrix};
}

}  // namespace glimpse
