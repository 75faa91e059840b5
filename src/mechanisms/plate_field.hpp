#pragma once

#include "glimpse/geometry.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"
#include "mechanisms/thin_plate.hpp"

namespace glimpse {

/// The plate in pixels of a glimpse and an image. Throws `InvalidParameter` as `ThinPlate`.
ThinPlate surface_of(const ThinPlateWarp& plate, Size image, Size glimpse);

/// The points of a w×h glimpse, and its border, to `plate_tolerance`. Throws `InvalidParameter` as
/// `ThinPlate`.
SamplingPoints plate_points(const ThinPlateWarp& plate, Size image, Size glimpse);

}  // namespace glimpse
