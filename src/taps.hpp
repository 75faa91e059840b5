#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "glimpse/linear_map.hpp"

// The one place where a sampling point becomes pixels and weights. Every interpolation and padding is a
// product of one dimension's, so two axes of taps are all that a sample needs, whoever applies them, forwards
// or backwards.

namespace glimpse {

/// How one axis of an image of `size` pixels is sampled.
struct AxisSampler {
    int size;
    Interpolation interpolation;
    Padding padding;
    Mirror mirror = Mirror::edges;
};

/// The pixels around one sampling point along one axis, all inside the image, and their weights. Pixels may
/// repeat.
struct AxisTaps {
    int count = 0;
    std::array<int, 4> index{};
    std::array<double, 4> weight{};

    void add(int pixel, double w) {
        if (w == 0) return;
        const auto n = static_cast<std::size_t>(count++);
        index[n] = pixel;
        weight[n] = w;
    }
};

/// The taps of the sampling point at `position`, centre coordinates; any finite number.
AxisTaps axis_taps(const AxisSampler& sampler, double position);

/// No tap that is not padded lies farther than this from its sampling point, along either axis.
double tap_reach(Interpolation interpolation);

/// The j of row i, 0 ≤ j < width, whose sampling points lie within low … high: an interval, since both
/// coordinates are monotone in j, in floating point as well.
Interval samples_within(const Affine& affine, int i, int width, Point low, Point high);

/// Builds the rows of a banded matrix out of taps in any order; taps on the same column add up.
class RowBuilder {
  public:
    explicit RowBuilder(BandedMatrix& matrix);
    /// 0 ≤ column < matrix.columns()
    void add(int column, double weight);
    void add(const AxisTaps& taps);
    /// Appends the row and starts the next one.
    void finish_row();

  private:
    BandedMatrix& matrix_;
    Interval touched_;
    std::vector<double> weights_;
};

/// The sampling point of glimpse pixel (j, i); w is the glimpse's width.
inline Point sampling_point(const Samples& samples, int width, int j, int i) {
    if (const auto* affine = std::get_if<Affine>(&samples.points)) return (*affine)(j, i);
    return std::get<1>(samples.points)[static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
                                       static_cast<std::size_t>(j)];
}

/// Calls visit(j, y, x, weight) for every tap of the pixels `part` of the glimpse's row i.
template <typename Visit>
void for_each_tap_in_row(const Samples& samples, const LinearMap& map, int i, Interval part, Visit&& visit) {
    const AxisSampler columns{map.image.width, samples.interpolation, samples.padding, samples.mirror};
    const AxisSampler rows{map.image.height, samples.interpolation, samples.padding, samples.mirror};
    for (int j = part.begin; j < part.end; ++j) {
        const Point point = sampling_point(samples, map.glimpse.width, j, i);
        const AxisTaps x = axis_taps(columns, point.x);
        const AxisTaps y = axis_taps(rows, point.y);
        for (int b = 0; b < y.count; ++b) {
            for (int a = 0; a < x.count; ++a) {
                const auto m = static_cast<std::size_t>(b);
                const auto n = static_cast<std::size_t>(a);
                visit(j, y.index[m], x.index[n], static_cast<float>(y.weight[m] * x.weight[n]));
            }
        }
    }
}

/// Calls visit(i, j, y, x, weight) for every tap of every glimpse pixel: gathering it is A, scattering it is
/// Aᵀ.
template <typename Visit>
void for_each_tap(const Samples& samples, const LinearMap& map, Visit&& visit) {
    for (int i = 0; i < map.glimpse.height; ++i) {
        for_each_tap_in_row(samples, map, i, {0, map.glimpse.width},
                            [&](int j, int y, int x, float weight) { visit(i, j, y, x, weight); });
    }
}

}  // namespace glimpse
