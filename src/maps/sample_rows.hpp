#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "kernels/kernels.hpp"
#include "maps/samples.hpp"

namespace glimpse {

/// A loop of the kernels, for points that are at least `low`, and `margin` less than the length of each axis.
struct SampleLoop {
    void (*run)(const SampleRowTask&);
    double low;
    double margin;
};

/// The longest run of a row's points that lie within an extent.
Interval run_within(const SamplingPoints::Row& row, const Extent& around);

/// Reads `Samples` row by row: samples whose whole footprint lies inside the image by the kernels, the others
/// tap by tap. The choice does not depend on the region, so that a glimpse never depends on what else is
/// decoded.
class SampledRows {
  public:
    /// `image` holds at least the support of the map, which is not empty.
    SampledRows(const LinearMap& map, const Samples& samples, const ImageRegion& image);

    /// Calls visit(i, row) for each row of the glimpse, in order: C values for each pixel.
    void for_each(const std::function<void(int, const float*)>& visit) const;

  private:
    /// Row i into `row`, which has room for one value more; `points` are null for an affine map.
    void read(int i, const SamplingPoints::Row* points, float* row) const;
    [[nodiscard]] Interval inner_samples(int i, const SamplingPoints::Row* points) const;
    [[nodiscard]] SampleRowTask task(int i, const SamplingPoints::Row* points, Interval part,
                                     float* row) const;
    void read_taps(int i, const SamplingPoints::Row* points, Interval part, float* row) const;

    const LinearMap& map_;
    const Samples& samples_;
    const Affine* affine_;  ///< null of any other map
    std::optional<SampleLoop> loop_;
    const ImageRegion& image_;
    int channels_;
    std::size_t end_of_data_;
};

}  // namespace glimpse
