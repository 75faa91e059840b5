#pragma once

#include <array>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// θ of `SpatialTransformer`, 2×3; the first row yields x.
using Theta = std::array<std::array<double, 3>, 2>;

/// The θ whose sampling points are those of a matrix of pixels, by the inverse of the table of
/// `SpatialTransformer`; its numbers are 0 along an axis of the glimpse that has one pixel. Of an image of
/// one column, or row, whose corners are aligned, every θ means its middle: there they are 0, too.
Theta theta_of(const Affine& matrix, Size image, Size glimpse, bool align_corners);

}  // namespace glimpse
