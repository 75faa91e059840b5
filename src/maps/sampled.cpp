#include "maps/sampled.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "maps/footprints.hpp"
#include "maps/samples.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// The taps of the points step · j + start, 0 ≤ j < count.
BandedMatrix sampled_axis(const AxisSampler& sampler, double step, double start, int count) {
    BandedMatrix matrix(sampler.size);
    RowBuilder row(matrix);
    for (int j = 0; j < count; ++j) {
        row.add(axis_taps(sampler, step * j + start));
        row.finish_row();
    }
    return matrix;
}

/// Adds the triangle about `position` that is `reach` wide on either side, divided by its sum.
void add_triangle(RowBuilder& row, AxisSampler axis, double position, double reach) {
    axis.interpolation = Interpolation::nearest;
    const Positions all = positions_around(position, reach);
    const double sum = sum_of_triangle(position, reach);
    for (std::int64_t k = all.begin; k < all.end; ++k) {
        const auto pixel = static_cast<double>(k);
        const AxisTaps tap = axis_taps(axis, pixel);
        const double weight = triangle_kernel((pixel - position) / reach) / sum;
        if (tap.count == 1 && weight > 0) row.add(tap.index[0], weight);
    }
}

/// The triangles about the points step · j + start, 0 ≤ j < count.
BandedMatrix antialiased_axis(const AxisSampler& axis, double step, double start, int count) {
    if (std::abs(step) <= 1) return sampled_axis(axis, step, start, count);
    BandedMatrix matrix(axis.size);
    RowBuilder row(matrix);
    for (int j = 0; j < count; ++j) {
        const double position = step * j + start;
        const double reach = std::abs(step);
        const bool is_seen = position + reach > -1 && position - reach < axis.size;
        if (is_seen || axis.padding != Padding::zeros) add_triangle(row, axis, position, reach);
        row.finish_row();
    }
    return matrix;
}

}  // namespace

MapKind sampled(Samples samples, Size image, Size glimpse) {
    const Affine* affine = samples.points.affine();
    if (!affine || !affine->axis_aligned()) return samples;
    const auto [x, y] = image_sampler(samples, image);
    const auto& m = affine->m;
    return Separable{.rows = sampled_axis(y, m[1][1], m[1][2], glimpse.height),
                     .columns = sampled_axis(x, m[0][0], m[0][2], glimpse.width)};
}

std::optional<Footprints> footprints_of(const Samples& samples,
                                        std::vector<SamplingPoints::Jacobian> jacobians) {
    const auto enlarges = [](const auto& jacobian) { return greatest_singular_value(jacobian) <= 1; };
    const bool is_affine = samples.points.affine() != nullptr;
    if (is_affine ? enlarges(samples.points.jacobian(0, 0)) : std::ranges::all_of(jacobians, enlarges))
        return std::nullopt;
    if (is_affine) jacobians.clear();
    return Footprints{.points = samples.points,
                      .jacobians = std::move(jacobians),
                      .padding = samples.padding,
                      .mirror = samples.mirror};
}

MapKind antialiased(Samples samples, std::vector<SamplingPoints::Jacobian> jacobians, Size image,
                    Size glimpse) {
    std::optional<Footprints> footprints = footprints_of(samples, std::move(jacobians));
    if (!footprints) return sampled(std::move(samples), image, glimpse);
    const Affine* affine = samples.points.affine();
    if (affine && affine->axis_aligned()) {
        const auto [x, y] = image_sampler(samples, image);
        const auto& m = affine->m;
        require_weights(std::abs(m[0][0]) * glimpse.width + std::abs(m[1][1]) * glimpse.height);
        return Separable{.rows = antialiased_axis(y, m[1][1], m[1][2], glimpse.height),
                         .columns = antialiased_axis(x, m[0][0], m[0][2], glimpse.width)};
    }
    require_computable(*footprints, {.image = image, .glimpse = glimpse, .kind = {}});
    return *std::move(footprints);
}

}  // namespace glimpse
