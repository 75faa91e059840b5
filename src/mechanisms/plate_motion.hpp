#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "glimpse/geometry.hpp"
#include "mechanisms/thin_plate.hpp"

namespace glimpse {

/// How a thin plate moves with its points. It is T(p) = Wᵀ k(p), k(p) being U(|p - a_k|) of all points, 1 and
/// p, and W the solution of M W = B; so with ψ(p) = M⁻¹ k(p)
///
///   ∂T/∂b_k = ψ_k I,   ∂T/∂a_k = (∂k/∂a_k)ᵀ W - ψᵀ (∂M/∂a_k) W
class PlateMotion {
  public:
    explicit PlateMotion(ThinPlate plate);

    [[nodiscard]] std::size_t count() const { return plate_.from_.size(); }
    /// ψ(p): n + 3 numbers.
    [[nodiscard]] std::vector<double> shares(const Point& p) const;
    /// ∂T(p)/∂a_k along x or along y, of the shares of p.
    [[nodiscard]] Point by_from(std::size_t k, bool along_x, const Point& p,
                                const std::vector<double>& shares) const;

  private:
    /// (∂M/∂a_k) W, a row for each of n + 3 equations, by a normalised a_k.
    [[nodiscard]] std::vector<Point> change_of_equations(std::size_t k, bool along_x) const;

    ThinPlate plate_;
    cv::Mat_<double> inverse_;  ///< M⁻¹
    /// Of each point along x, then of each along y.
    std::vector<std::vector<Point>> changes_{};
};

}  // namespace glimpse
