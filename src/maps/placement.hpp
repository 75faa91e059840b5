#pragma once

#include <vector>

#include "glimpse/lowered.hpp"

// Where a glimpse stands in the image, for the kinds of maps that leave it to the matrix.

namespace glimpse {

/// Through the matrix; without one, the border of the support.
std::vector<Point> outline_by_matrix(const Lowered& lowered);

/// The length of the shorter column: from glimpse pixel to glimpse pixel, in image pixels.
double pitch_of(const SamplingPoints::Jacobian& jacobian);

/// That of the matrix; without one, 1.
double pitch_by_matrix(const Lowered& lowered);

}  // namespace glimpse
