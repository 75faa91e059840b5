#pragma once

#include <memory>

#include "glimpse/geometry.hpp"
#include "glimpse/inverse_warp.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"

// Sampling along circles and rays.

namespace glimpse {

/// Throws `InvalidParameter` unless the numbers are finite and 0 < r_0 < r_1.
void validate_log_polar(const LogPolarWarp& warp);

/// The smallest box around the outer circle, edge coordinates.
Box outer_bounds(const LogPolarWarp& warp, Size image);

/// The points of a w×h glimpse. Their border is the inner circle, clockwise on the screen, and the outer one
/// back, joined along the ray of angle 0.
SamplingPoints log_polar_points(const LogPolarWarp& warp, Size image, Size glimpse);

/// From the centre to the point of pixel (j, i), in pixels: r_i (cos θ_j, sin θ_j).
Point ray_to(const LogPolarWarp& warp, Size image, Size glimpse, int j, int i);

/// Angles and ratios of radii, which the centre itself has none of.
std::shared_ptr<const InverseWarp> log_polar_inverse(const LogPolarWarp& warp, Size image, Size glimpse);

}  // namespace glimpse
