#pragma once

#include "glimpse/geometry.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// The points of a w×h glimpse, and its border, to `plate_tolerance`. Throws `InvalidParameter` as
/// `ThinPlate`.
SamplingPoints plate_points(const ThinPlateWarp& plate, Size image, Size glimpse);

}  // namespace glimpse
