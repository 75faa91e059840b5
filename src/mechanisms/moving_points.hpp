#pragma once

#include <string>
#include <vector>

#include "glimpse/mechanisms/spatial_transformer.hpp"
#include "maps/footprint_slopes.hpp"

namespace glimpse {

/// How the sampling points of a transformer move with one of its numbers, the glimpse's size being held.
struct MovingPoints {
    std::string parameter;  ///< a JSON Pointer: "/theta/0/2"
    Velocity velocity;
    JacobianVelocity jacobian{};  ///< null: that of differences of the velocity
};

/// Those of a box that is turned: of its four numbers, and its angle.
std::vector<MovingPoints> moving_points(const OrientedBox& box, Size image, Size glimpse);

/// Of each number of the transformer's form, in the units that it is given in. Throws `std::logic_error`
/// for the field of a warp, which has as many numbers as points.
std::vector<MovingPoints> moving_points(const SpatialTransformer& transformer, Size image, Size glimpse);

}  // namespace glimpse
