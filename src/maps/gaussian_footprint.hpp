#pragma once

#include <cstdint>
#include <limits>

#include "glimpse/linear_map.hpp"
#include "maps/positions.hpp"

namespace glimpse {

/// The Gaussian e(d) of one glimpse pixel, as `Footprints` has it, before its sum is known. Weights are kept
/// where e ≥ exp(-½ 6²) times that of the nearest position: what is left out of an area is e^-18 of its mass.
class GaussianFootprint {
  public:
    GaussianFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian,
                      const Footprints::Gaussians& gaussians, Size image);

    /// A rectangle that it lies in; centre coordinates.
    [[nodiscard]] Extent bounds() const;
    /// At least the number of its weights.
    [[nodiscard]] double weights() const;
    [[nodiscard]] Positions rows() const;
    /// The columns of row y, from the first to the last that is kept.
    [[nodiscard]] Positions columns(std::int64_t y) const;

    /// What e, divided by that of the nearest position, is multiplied by.
    using Scales = double;
    [[nodiscard]] Scales scales() const;
    void weigh(std::int64_t y, const Positions& columns, Scales scale, float* weights) const;

  private:
    /// Where a row's least exponent lies.
    [[nodiscard]] double middle_of_row(double y) const {
        return centre_.x - mixed_ / across_of_x_ * (y - centre_.y);
    }
    [[nodiscard]] double exponent(double x, double y) const;
    [[nodiscard]] double relative_weight(double x, double y) const;
    /// The positions that sums run over, along an axis of so many pixels.
    [[nodiscard]] Positions allowed(const Positions& positions, int size) const;
    /// The nearest of these in row y.
    [[nodiscard]] double nearest_in_row(double y) const;
    void find_nearest();

    Point centre_;
    Size image_;
    bool sees_image_alone_;
    double added_;
    Point first_;            ///< q_x / s_x = first · d
    Point second_;           ///< q_y / s_y = second · d
    double across_of_x_;     ///< ∂²/∂x² of the exponent
    double mixed_;           ///< ∂²/∂x∂y
    Point deviations_;       ///< along the image's axes
    Point nearest_{};        ///< of the positions that sums run over
    double limit_ = 0;       ///< of the exponents that are kept
    bool vanishes_ = false;  ///< beside what is added all of it is 0
};

}  // namespace glimpse
