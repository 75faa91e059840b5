#pragma once

#include <array>
#include <memory>

#include "glimpse/geometry.hpp"
#include "glimpse/inverse_warp.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// The matrix with d > 0 at the glimpse's centre. Throws `InvalidParameter` where d is 0 there.
Homography facing_forwards(Homography matrix, Size glimpse);

/// The points of a glimpse, in centre coordinates, and its border, as `ProjectiveWarp` has them. Of the
/// border what lies behind the viewer is cut off, just before the horizon. Affine where d is the same
/// everywhere. Throws `InvalidParameter` where d is 0 at the glimpse's centre.
SamplingPoints projective_points(const Homography& matrix, Size glimpse);

/// The homography, from and to centre coordinates, that takes the outer corners of a glimpse to these, edge
/// coordinates: of a parallelogram it is affine, with the last row (0, 0, 1).
Homography homography_to(const std::array<Point, 4>& corners, Size glimpse);

/// By the inverse matrix. Of d > 0 in the glimpse.
std::shared_ptr<const InverseWarp> projective_inverse(const Homography& matrix);

}  // namespace glimpse
