#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernels.hpp"
#include "maps/footprints.hpp"

namespace glimpse {

namespace {

/// The positions t with |slope · t + start| < reach.
struct Stretch {
    double low;
    double high;
};

Stretch stretch(double slope, double start, double reach) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (slope == 0) return std::abs(start) < reach ? Stretch{-infinity, infinity} : Stretch{0, -1};
    const double middle = -start / slope;
    const double half = reach / std::abs(slope);
    return {middle - half, middle + half};
}

}  // namespace

double greatest_singular_value(const SamplingPoints::Jacobian& jacobian) {
    const auto& [x, y] = jacobian;
    const double across = x[0] * x[0] + y[0] * y[0];
    const double down = x[1] * x[1] + y[1] * y[1];
    const double both = x[0] * x[1] + y[0] * y[1];
    return std::sqrt((across + down + std::hypot(across - down, 2 * both)) / 2);
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
    const auto& [x, y] = jacobian;
    const Point s{std::hypot(x[0], y[0]), std::hypot(x[1], y[1])};
    const double determinant = x[0] * y[1] - x[1] * y[0];
    const Point sides{std::max(1.0, s.x), std::max(1.0, s.y)};
    upright_ = {std::max(1.0, std::hypot(x[0], x[1])), std::max(1.0, std::hypot(y[0], y[1]))};
    if (determinant != 0) {
        const double sine = std::abs(determinant) / (s.x * s.y);
        const double thickness = std::min(sides.x, sides.y) * sine;
        const auto faded = [](double t) { return std::clamp(t, 0.0, 1.0); };
        share_ = faded(greatest_singular_value(jacobian) - 1) * faded(4 * thickness - 3) *
                 faded(64 * std::min(s.x, s.y) - 1);
    }
    if (share_ < 1) reach_ = upright_;
    if (share_ == 0) return;
    const Point widening{sides.x / s.x, sides.y / s.y};
    across_ = {y[1] / widening.x / determinant, -x[1] / widening.x / determinant};
    down_ = {-y[0] / widening.y / determinant, x[0] / widening.y / determinant};
    reach_.x = std::max(reach_.x, std::abs(x[0]) * widening.x + std::abs(x[1]) * widening.y);
    reach_.y = std::max(reach_.y, std::abs(y[0]) * widening.x + std::abs(y[1]) * widening.y);
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

Positions PixelFootprint::columns(std::int64_t y) const {
    Positions run = share_ > 0 ? columns_of_footprint(y) : Positions{};
    if (share_ < 1 && std::abs(static_cast<double>(y) - centre_.y) < upright_.y) {
        const Positions upright = positions_around(centre_.x, upright_.x);
        run = run.empty() ? upright
                          : Positions{std::min(run.begin, upright.begin), std::max(run.end, upright.end)};
    }
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
