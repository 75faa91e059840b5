#pragma once

#include <cstddef>
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

/// Reads `Samples` row by row: samples whose whole footprint lies inside the image by the kernels, the others
/// tap by tap. The choice does not depend on the region, so that a glimpse never depends on what else is
/// decoded.
class SampledRows {
  public:
    /// `image` holds at least the support of the map, which is not empty.
    SampledRows(const LinearMap& map, const Samples& samples, const ImageRegion& image);

    /// C values for each pixel of row i; `row` has room for one value more.
    void read(int i, float* row) const;

  private:
    [[nodiscard]] Interval inner_samples(int i) const;
    [[nodiscard]] const Point* listed_row(int i) const;
    [[nodiscard]] Interval listed_within(int i, Point low, Point high) const;
    [[nodiscard]] SampleRowTask task(int i, Interval part, float* row) const;
    void read_taps(int i, Interval part, float* row) const;

    const LinearMap& map_;
    const Samples& samples_;
    const Affine* affine_;  ///< null where the points are listed
    std::optional<SampleLoop> loop_;
    const ImageRegion& image_;
    int channels_;
    std::size_t end_of_data_;
};

}  // namespace glimpse
