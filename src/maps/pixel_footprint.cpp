#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernels.hpp"
#include "maps/footprint_shapes.hpp"
#include "maps/footprints.hpp"

namespace glimpse {

namespace {

/// The positions t with |slope · t + start| ≤ reach.
struct Stretch {
    double low;
    double high;
};

Stretch stretch(double slope, double start, double reach) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (slope == 0) return std::abs(start) <= reach ? Stretch{-infinity, infinity} : Stretch{0, -1};
    const double middle = -start / slope;
    const double half = reach / std::abs(slope);
    return {middle - half, middle + half};
}

}  // namespace

double greatest_singular_value(const SamplingPoints::Jacobian& jacobian) {
    return greatest_singular_value_of(jacobian);
}

Positions positions_around(double centre, double reach) {
    static constexpr double farthest = 1e15;  // beyond it none is exact, nor looked at
    const auto whole = [](double position) {
        return static_cast<std::int64_t>(std::clamp(position, -farthest, farthest));
    };
    return {whole(std::ceil(centre - reach)), whole(std::floor(centre + reach)) + 1};
}

double sum_of_triangle(double centre, double reach) {
    double sum = 0;
    const Positions run = positions_around(centre, reach);
    for (std::int64_t k = run.begin; k < run.end; ++k)
        sum += triangle_kernel((static_cast<double>(k) - centre) / reach);
    return sum;
}

PixelFootprint::PixelFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian)
    : centre_(centre), share_(0), across_(), down_(), upright_(), reach_() {
    const PixelShape<double> shape(jacobian);
    share_ = shape.share;
    upright_ = {shape.upright[0], shape.upright[1]};
    if (share_ < 1) reach_ = upright_;
    if (share_ == 0) return;
    across_ = {shape.across[0], shape.across[1]};
    down_ = {shape.down[0], shape.down[1]};
    const auto& [x, y] = jacobian;
    const auto& [of_x, of_y] = shape.widening;
    reach_.x = std::max(reach_.x, std::abs(x[0]) * of_x + std::abs(x[1]) * of_y);
    reach_.y = std::max(reach_.y, std::abs(y[0]) * of_x + std::abs(y[1]) * of_y);
}

double PixelFootprint::weights() const {
    const double rows = 2 * reach_.y + 1;
    const double upright = share_ < 1 ? rows * (2 * upright_.x + 1) : 0;
    if (share_ == 0) return upright;
    // A row has no more than the narrower of the two strips that the footprint is cut out of.
    const double narrower = std::min(1 / std::abs(across_.x), 1 / std::abs(down_.x));
    return upright + rows * (2 * std::min(narrower, reach_.x) + 1);
}

bool PixelFootprint::has_weight(double x, double y) const {
    return (share_ < 1 && std::abs(x - centre_.x) < upright_.x && std::abs(y - centre_.y) < upright_.y) ||
           (share_ > 0 && footprint(x, y) > 0);
}

Positions PixelFootprint::columns_of_footprint(std::int64_t y) const {
    const double dy = static_cast<double>(y) - centre_.y;
    const Stretch across = stretch(across_.x, across_.y * dy, 1);
    const Stretch down = stretch(down_.x, down_.y * dy, 1);
    const double low = std::max(across.low, down.low);
    const double high = std::min(across.high, down.high);
    if (!(low <= high)) return {};
    return positions_around(centre_.x + (low + high) / 2, (high - low) / 2);
}

Positions PixelFootprint::columns_up_to_ends(std::int64_t y) const {
    const Positions run = share_ > 0 ? columns_of_footprint(y) : Positions{};
    if (share_ == 1 || std::abs(static_cast<double>(y) - centre_.y) > upright_.y) return run;
    const Positions upright = positions_around(centre_.x, upright_.x);
    if (run.empty()) return upright;
    return {std::min(run.begin, upright.begin), std::max(run.end, upright.end)};
}

Positions PixelFootprint::columns(std::int64_t y) const {
    Positions run = columns_up_to_ends(y);
    const auto has = [&](std::int64_t x) {
        return has_weight(static_cast<double>(x), static_cast<double>(y));
    };
    while (!run.empty() && !has(run.begin)) ++run.begin;
    while (!run.empty() && !has(run.end - 1)) --run.end;
    return run;
}

PixelFootprint::Scales PixelFootprint::scales() const {
    Scales scales{0, 0};
    if (share_ < 1) {
        scales.upright =
            (1 - share_) / (sum_of_triangle(centre_.x, upright_.x) * sum_of_triangle(centre_.y, upright_.y));
    }
    if (share_ == 0) return scales;
    double sum = 0;
    const Positions all = rows();
    for (std::int64_t y = all.begin; y < all.end; ++y) {
        const Positions run = columns_of_footprint(y);
        if (!run.empty()) sum += row(y, run, scales, nullptr);
    }
    scales.footprint = share_ / sum;
    return scales;
}

double PixelFootprint::row(std::int64_t y, const Positions& columns, const Scales& scales,
                           float* weights) const {
    const double dy = static_cast<double>(y) - centre_.y;
    return kernels().footprint_row({.first = static_cast<double>(columns.begin) - centre_.x,
                                    .count = columns.end - columns.begin,
                                    .across = across_.y * dy,
                                    .across_slope = across_.x,
                                    .down = down_.y * dy,
                                    .down_slope = down_.x,
                                    .footprint = scales.footprint,
                                    .upright = scales.upright * triangle_kernel(dy / upright_.y),
                                    .upright_slope = 1 / upright_.x,
                                    .weights = weights});
}

void PixelFootprint::weigh(std::int64_t y, const Positions& columns, const Scales& scales,
                           float* weights) const {
    row(y, columns, scales, weights);
}

}  // namespace glimpse
