#include "maps/sample_slopes.hpp"

#include <cmath>
#include <span>
#include <stdexcept>
#include <utility>

#include "maps/samples.hpp"
#include "maps/sparse_matrix.hpp"

namespace glimpse {

namespace {

/// A position once it is padded, and how fast it moves with the one that was given: 1, -1 or 0.
struct PaddedPosition {
    double at;
    double speed;
};

/// Back from a mirror every other time.
double direction_of_reflection(const AxisSampler& sampler, double position) {
    const double low = sampler.mirror == Mirror::centres ? 0.0 : centre_from_edge(0);
    const double span = sampler.mirror == Mirror::centres ? sampler.size - 1.0 : sampler.size;
    if (span == 0) return 0;
    const double folds = std::floor((position - low) / span);
    return std::fmod(std::abs(folds), 2) == 0 ? 1 : -1;
}

PaddedPosition padded_position(const AxisSampler& sampler, double position) {
    const double at = taps::padded(sampler, position);
    if (sampler.padding == Padding::zeros) return {at, 1};
    if (at <= 0 || at >= sampler.size - 1.0) return {at, 0};
    return {at, sampler.padding == Padding::border ? 1 : direction_of_reflection(sampler, position)};
}

/// The derivative of Keys' kernel with a = -¾ at t, |t| ≤ 2.
double slope_of_cubic(double t) {
    constexpr double a = -0.75;
    const double n = std::abs(t);
    const double slope = n <= 1 ? (3 * (a + 2) * n - 2 * (a + 3)) * n : (3 * a * n - 10 * a) * n + 8 * a;
    return t < 0 ? -slope : slope;
}

void add(AxisSlopes& slopes, const AxisSampler& sampler, double pixel, double weight, double slope) {
    if (!(pixel >= 0 && pixel < sampler.size) || (weight == 0 && slope == 0)) return;
    slopes.taps[static_cast<std::size_t>(slopes.count++)] = {static_cast<int>(pixel), weight, slope};
}

}  // namespace

AxisSlopes axis_slopes(const AxisSampler& sampler, double position) {
    AxisSlopes slopes;
    if (sampler.interpolation == Interpolation::bicubic) {
        const double left = std::floor(position);
        for (int k = -1; k <= 2; ++k) {
            const double t = position - (left + k);
            add(slopes, sampler, taps::padded(sampler, left + k), taps::cubic(t), slope_of_cubic(t));
        }
        return slopes;
    }
    const auto [at, speed] = padded_position(sampler, position);
    const double left = std::floor(at);
    add(slopes, sampler, left, 1 - (at - left), -speed);
    add(slopes, sampler, left + 1, at - left, speed);
    return slopes;
}

void add_product(const AxisSlopes& x, const AxisSlopes& y, const Point& moves, SparseMatrixBuilder& builder) {
    for (const auto& row : std::span(y.taps).first(static_cast<std::size_t>(y.count))) {
        for (const auto& column : std::span(x.taps).first(static_cast<std::size_t>(x.count))) {
            builder.add(column.index, row.index,
                        moves.x * column.slope * row.weight + moves.y * column.weight * row.slope);
        }
    }
}

SparseMatrix derivative(const Samples& samples, Size image, Size glimpse, const Velocity& velocity) {
    if (samples.interpolation == Interpolation::nearest)
        throw std::logic_error("nearest neighbours have no derivative");
    const ImageSampler sampler = image_sampler(samples, image);
    SparseMatrixBuilder builder(image.width);
    for (int i = 0; i < glimpse.height; ++i) {
        for (int j = 0; j < glimpse.width; ++j, builder.finish_row()) {
            const Point point = samples.points.at(j, i);
            if (std::isnan(point.x) || std::isnan(point.y)) continue;
            add_product(axis_slopes(sampler.columns, point.x), axis_slopes(sampler.rows, point.y),
                        velocity(j, i), builder);
        }
    }
    return std::move(builder).matrix();
}

}  // namespace glimpse
