#pragma once

#include <span>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// A point in homogeneous coordinates.
struct Homogeneous {
    double x;
    double y;
    double d;
};

/// Where a projective map takes (j, i).
Homogeneous projected(const Homography& matrix, double j, double i);

/// (x/d, y/d); NaN where d ≤ 0, which lies behind the viewer.
Point seen(const Homogeneous& point);

/// The Jacobian of (x/d, y/d) at (j, i).
SamplingPoints::Jacobian projective_jacobian(const Homography& matrix, double j, double i);

/// How seen points move as their homography H does by ∂H: T = N / d, N and d = H p.
class ProjectiveMotion {
  public:
    ProjectiveMotion(const Homography& matrix, const Homography& moves) : matrix_(matrix), moves_(moves) {}

    /// ∂T = (∂N - T ∂d) / d
    [[nodiscard]] Point operator()(double j, double i) const;
    /// ∂J, of the Jacobian J = (N' - T d') / d: (∂N' - ∂T d' - T ∂d' - J ∂d) / d.
    [[nodiscard]] SamplingPoints::Jacobian jacobian(double j, double i) const;

  private:
    Homography matrix_;
    Homography moves_;
};

/// Where the pixels of row y from x on are seen; centre coordinates.
void list_seen(const Homography& matrix, int x, int y, std::span<Point> row);
/// Where the pixels of a rectangle are seen, row by row; centre coordinates.
std::vector<Point> seen_pixels(const Homography& matrix, const Rectangle& pixels);

}  // namespace glimpse
