#include "maps/taps.hpp"

#include <algorithm>
#include <cmath>

namespace glimpse {

namespace {

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
