#pragma once

#include <cstdint>
#include <limits>

#include "glimpse/linear_map.hpp"
#include "maps/footprint_shapes.hpp"
#include "maps/positions.hpp"

namespace glimpse {

/// The exponent below that of the nearest position from which weights are left out: exp(-½ 6²), so that an
/// area lacks e^-18 of its mass.
constexpr double kept_exponent = 18;

/// The Gaussian e(d) of one glimpse pixel, as `Footprints` has it, before its sum is known. Weights are kept
/// where e ≥ exp(-kept) times that of the nearest position.
class GaussianFootprint {
  public:
    GaussianFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian,
                      const Footprints::Gaussians& gaussians, Size image, double kept = kept_exponent);

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

    /// Of the positions that sums run over.
    [[nodiscard]] const Point& nearest() const { return nearest_; }

  private:
    /// Where a row's least exponent lies.
    [[nodiscard]] double middle_of_row(double y) const {
        return centre_.x - mixed_ / across_of_x_ * (y - centre_.y);
    }
    [[nodiscard]] double exponent(double x, double y) const { return shape_.exponent(x, y); }
    [[nodiscard]] double relative_weight(double x, double y) const {
        return shape_.relative_weight(x, y, nearest_);
    }
    /// The positions that sums run over, along an axis of so many pixels.
    [[nodiscard]] Positions allowed(const Positions& positions, int size) const;
    /// The nearest of these in row y.
    [[nodiscard]] double nearest_in_row(double y) const;
    void find_nearest();

    Point centre_;
    Size image_;
    bool sees_image_alone_;
    double added_;
    GaussianShape<double> shape_;
    double across_of_x_;     ///< ∂²/∂x² of the exponent
    double mixed_;           ///< ∂²/∂x∂y
    Point deviations_;       ///< along the image's axes
    Point nearest_{};        ///< of the positions that sums run over
    double limit_ = 0;       ///< of the exponents that are kept
    bool vanishes_ = false;  ///< beside what is added all of it is 0
};

}  // namespace glimpse
