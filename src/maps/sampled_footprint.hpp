#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glimpse/linear_map.hpp"
#include "maps/positions.hpp"

namespace glimpse {

/// Calls visit(across, down) for the place of each sample in its cell, from -½ to ½.
template <typename Visit>
void for_each_sample(const Footprints::Means& means, Visit&& visit) {
    for (int n = 0; n < means.down; ++n) {
        const double down = (n + 0.5) / means.down - 0.5;
        for (int m = 0; m < means.across; ++m) visit((m + 0.5) / means.across - 0.5, down);
    }
}

/// Whether a sample lies so near to the image that it counts.
inline bool counts(const Point& sample, Size image) {
    return sample.x >= -1 && sample.x <= image.width && sample.y >= -1 && sample.y <= image.height;
}

/// The mean of the bilinear samples of one glimpse pixel, as `Footprints::Means` says. All of its weights lie
/// in the image.
class SampledFootprint {
  public:
    SampledFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian,
                     const Footprints::Means& means, Size image);

    /// A rectangle that it lies in; centre coordinates. Of nothing one outside the image.
    [[nodiscard]] Extent bounds() const;
    /// At least the number of its weights.
    [[nodiscard]] double weights() const { return static_cast<double>(taps_.size()); }
    [[nodiscard]] Positions rows() const;
    /// The columns of row y, from the first to the last that has a weight.
    [[nodiscard]] Positions columns(std::int64_t y) const;

    /// Means are not scaled.
    struct Scales {};
    [[nodiscard]] static Scales scales() { return {}; }
    void weigh(std::int64_t y, const Positions& columns, Scales, float* weights) const;

  private:
    struct Tap {
        std::int64_t y;
        std::int64_t x;
        double weight;
    };

    void add_sample(const Point& at, double share, Size image);
    void merge();
    [[nodiscard]] std::span<const Tap> taps_of(std::int64_t row) const;

    std::vector<Tap> taps_;  ///< row by row, each pixel once
};

}  // namespace glimpse
