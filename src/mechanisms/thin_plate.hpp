#pragma once

#include <opencv2/core/mat.hpp>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// The surface through some points that bends least:
///
///   T(p) = c + C p + Σ_k w_k U(|p - a_k|),   U(r) = r² log r²,   T(a_k) = b_k,
///
/// with Σ w_k = 0 and Σ w_k a_kᵀ = 0 (Bookstein 1989, "Principal Warps: Thin-Plate Splines and the
/// Decomposition of Deformations").
class ThinPlate {
  public:
    /// U(|p|).
    [[nodiscard]] static double bending(const Point& p);

    /// a_k and b_k, as many of both. Throws `InvalidParameter` at "/thin_plate/from" where the a_k lie in a
    /// line, or two of them are too near each other to be told apart.
    ThinPlate(std::span<const Point> from, std::span<const Point> to);

    [[nodiscard]] Point operator()(const Point& p) const;

  private:
    friend class PlateRows;
    friend class PlateMotion;
    friend class PlateCells;
    /// c + C p, of a normalised p.
    [[nodiscard]] Point affine(const Point& p) const {
        return {constant_.x + of_x_.x * p.x + of_y_.x * p.y, constant_.y + of_x_.y * p.x + of_y_.y * p.y};
    }
    /// M of the equations M W = B, as `PlateMotion` has them: of the normalised a_k.
    [[nodiscard]] cv::Mat_<double> equations() const;
    [[nodiscard]] Point normalised(const Point& p) const { return {normalised_x(p.x), normalised_y(p.y)}; }
    [[nodiscard]] double normalised_x(double x) const { return (x - centre_.x) * per_pixel_; }
    [[nodiscard]] double normalised_y(double y) const { return (y - centre_.y) * per_pixel_; }

    Point centre_;
    double per_pixel_ = 1;        ///< of normalised lengths: the a_k are within 1 of their centre
    std::vector<Point> from_;     ///< normalised
    std::vector<Point> weights_;  ///< w_k
    Point constant_;              ///< c
    Point of_x_;                  ///< the columns of C
    Point of_y_;
};

}  // namespace glimpse
