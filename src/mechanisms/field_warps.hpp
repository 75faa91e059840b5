#pragma once

#include "glimpse/geometry.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"

// Warps that list their points or displacements.

namespace glimpse {

/// The points of a glimpse of the field's size.
SamplingPoints grid_points(const GridWarp& grid, Size image, bool align_corners);

/// The points of a w×h glimpse, and its border.
SamplingPoints flow_points(const FlowWarp& flow, Size image, Size glimpse);

}  // namespace glimpse
