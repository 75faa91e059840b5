#pragma once

#include <cstddef>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"
#include "maps/axis_taps.hpp"

// From the taps of one axis to those of whole glimpses.

namespace glimpse {

/// No tap that is not padded lies farther than this from its sampling point, along either axis.
GLIMPSE_EXPORT double tap_reach(Interpolation interpolation);

/// The j of row i, 0 ≤ j < width, whose sampling points lie within low … high: an interval, since both
/// coordinates are monotone in j, in floating point as well.
GLIMPSE_EXPORT Interval samples_within(const Affine& affine, int i, int width, Point low, Point high);

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

/// How the two axes of an image are sampled.
inline ImageSampler image_sampler(const Samples& samples, Size image) {
    return {{image.width, samples.interpolation, samples.padding, samples.mirror},
            {image.height, samples.interpolation, samples.padding, samples.mirror}};
}

/// Calls visit(j, y, x, weight) for every tap of the pixels `part` of the glimpse's row i.
template <typename Visit>
GLIMPSE_EXPORT void for_each_tap_in_row(const Samples& samples, const LinearMap& map, int i, Interval part,
                                        Visit&& visit) {
    const ImageSampler sampler = image_sampler(samples, map.image);
    for (int j = part.begin; j < part.end; ++j) {
        for_each_tap_at(sampler, samples.points.at(j, i),
                        [&](int y, int x, float weight) { visit(j, y, x, weight); });
    }
}

/// Calls visit(i, j, y, x, weight) for every tap of every glimpse pixel: gathering it is A, scattering it is
/// Aᵀ.
template <typename Visit>
GLIMPSE_EXPORT void for_each_tap(const Samples& samples, const LinearMap& map, Visit&& visit) {
    for (int i = 0; i < map.glimpse.height; ++i) {
        for_each_tap_in_row(samples, map, i, {0, map.glimpse.width},
                            [&](int j, int y, int x, float weight) { visit(i, j, y, x, weight); });
    }
}

}  // namespace glimpse
