#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/geometry.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"

// Warps that list their points or displacements.

namespace glimpse {

/// The points of a glimpse of the field's size.
SamplingPoints grid_points(const GridWarp& grid, Size image, bool align_corners);

/// The points of a w×h glimpse, and its border.
SamplingPoints flow_points(const FlowWarp& flow, Size image, Size glimpse);

/// The transpose of how displacements of another size become those of a glimpse: of numbers for each of its
/// pixels, CV_64F, the sums for each of so many cells.
cv::Mat gathered_in_cells(const cv::Mat& of_pixels, Size cells);

}  // namespace glimpse
