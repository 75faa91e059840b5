#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "glimpse/linear_map.hpp"
#include "maps/sample_slopes.hpp"

// How footprints change as their points and Jacobians move.

namespace glimpse {

/// ∂J(j, i)/∂p.
using JacobianVelocity = std::function<SamplingPoints::Jacobian(int j, int i)>;

/// ∂J by differences of the points' velocities, as `SamplingPoints::jacobian` has J: of an affine map to the
/// next pixel, of listed points between those around.
JacobianVelocity jacobian_by_differences(const Velocity& velocity, Size glimpse, bool is_affine);

/// How footprints move with a parameter p.
struct FootprintMotion {
    Velocity points;
    JacobianVelocity jacobians;
    Point of_s{};  ///< ∂s of `Footprints::Gaussians`
};

/// ∂g/∂p of footprints, for sizes of `map`: of each weight a(d, J), its sums included. Where a triangle
/// bends, the derivative is that to the right of the point; where its share or least width does, that of the
/// branch which is taken; and that of a mean of samples is that of bilinear samples, 0 where a sample is
/// clamped.
SparseMatrix derivative(const Footprints& footprints, Size image, Size glimpse,
                        const FootprintMotion& motion);

/// The bytes that it takes at most, while it is made.
std::int64_t derivative_memory(const Footprints& footprints, Size image, Size glimpse);

/// The same of triangles that are upright and stay so, whose weights are products of both axes: as such
/// products, one for each axis that moves, in a fraction of the time; empty of others.
std::vector<Separable> derivative_by_axes(const Footprints& footprints, Size image, Size glimpse,
                                          const FootprintMotion& motion);

}  // namespace glimpse
