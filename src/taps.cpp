#include "taps.hpp"

#include <algorithm>
#include <cmath>

namespace glimpse {

namespace {

/// Keys' cubic convolution kernel with a = -0.75, for |t| < 2.
double cubic(double t) {
    constexpr double a = -0.75;
    t = std::abs(t);
    if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    if (t < 2) return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
    return 0;
}

/// The mirror image of `position` between the two mirrors, clipped to the pixels' centres.
double reflect(double position, int size, Mirror mirror) {
    if (position >= 0 && position <= size - 1.0) return position;  // and not rounded on the way
    const double low = mirror == Mirror::centres ? 0.0 : centre_from_edge(0);
    const double span = mirror == Mirror::centres ? size - 1.0 : size;
    if (span == 0) return 0;
    const double from_mirror = std::fmod(std::abs(position - low), 2 * span);
    const double reflected = low + (from_mirror < span ? from_mirror : 2 * span - from_mirror);
    return std::clamp(reflected, 0.0, size - 1.0);
}

double padded(const AxisSampler& sampler, double position) {
    switch (sampler.padding) {
        case Padding::zeros:
            break;
        case Padding::border:
            return std::clamp(position, 0.0, sampler.size - 1.0);
        case Padding::reflection:
            return reflect(position, sampler.size, sampler.mirror);
    }
    return position;
}

/// The first j of 0 … count - 1 that holds, where all after it hold too, and count where none does; found
/// from a guess.
template <typename Holds>
int first_that(double guess, int count, Holds&& holds) {
    int j = guess > 0 ? static_cast<int>(std::min(guess, double(count))) : 0;  // 0 for NaN
    while (j > 0 && holds(j - 1)) --j;
    while (j < count && !holds(j)) ++j;
    return j;
}

/// The j at which one coordinate, start + j · step, lies within low … high.
template <typename Coordinate>
Interval within(double start, double step, double low, double high, int count, Coordinate&& at) {
    if (step == 0) return start >= low && start <= high ? Interval{0, count} : Interval{};
    const double from = std::ceil(((step > 0 ? low : high) - start) / step);
    const double to = std::floor(((step > 0 ? high : low) - start) / step) + 1;
    if (step > 0) {
        return {first_that(from, count, [&](int j) { return at(j) >= low; }),
                first_that(to, count, [&](int j) { return at(j) > high; })};
    }
    return {first_that(from, count, [&](int j) { return at(j) <= high; }),
            first_that(to, count, [&](int j) { return at(j) < low; })};
}

}  // namespace

double tap_reach(Interpolation interpolation) {
    switch (interpolation) {
        case Interpolation::nearest:
            return 0.5;
        case Interpolation::bilinear:
            return 1;
        case Interpolation::bicubic:
            break;
    }
    return 2;
}

Interval samples_within(const Affine& affine, int i, int width, Point low, Point high) {
    const Point start = affine(0, i);
    const Interval x =
        within(start.x, affine.m[0][0], low.x, high.x, width, [&](int j) { return affine(j, i).x; });
    const Interval y =
        within(start.y, affine.m[1][0], low.y, high.y, width, [&](int j) { return affine(j, i).y; });
    return {std::max(x.begin, y.begin), std::min(x.end, y.end)};
}

AxisTaps axis_taps(const AxisSampler& sampler, double position) {
    AxisTaps taps;
    const auto add_inside = [&](double pixel, double weight) {
        if (pixel >= 0 && pixel < sampler.size) taps.add(static_cast<int>(pixel), weight);
    };
    switch (sampler.interpolation) {
        case Interpolation::nearest:
            add_inside(std::nearbyint(padded(sampler, position)), 1);
            break;
        case Interpolation::bilinear: {
            position = padded(sampler, position);
            const double left = std::floor(position);
            const double fraction = position - left;
            add_inside(left, 1 - fraction);
            add_inside(left + 1, fraction);
            break;
        }
        case Interpolation::bicubic: {
            const double left = std::floor(position);
            for (int k = -1; k <= 2; ++k) {
                add_inside(padded(sampler, left + k), cubic(position - (left + k)));
            }
            break;
        }
    }
    return taps;
}

RowBuilder::RowBuilder(BandedMatrix& matrix)
    : matrix_(matrix), weights_(static_cast<std::size_t>(matrix.columns())) {}

void RowBuilder::add(int column, double weight) {
    weights_[static_cast<std::size_t>(column)] += weight;
    touched_ = touched_.empty()
                   ? Interval{column, column + 1}
                   : Interval{std::min(touched_.begin, column), std::max(touched_.end, column + 1)};
}

void RowBuilder::add(const AxisTaps& taps) {
    for (std::size_t t = 0; t < static_cast<std::size_t>(taps.count); ++t) add(taps.index[t], taps.weight[t]);
}

void RowBuilder::finish_row() {
    const auto row = std::span(weights_).subspan(static_cast<std::size_t>(touched_.begin),
                                                 static_cast<std::size_t>(touched_.length()));
    matrix_.append_row(touched_.begin, row);
    std::ranges::fill(row, 0.0);
    touched_ = {};
}

}  // namespace glimpse
