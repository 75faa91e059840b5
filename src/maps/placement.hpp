#pragma once

#include <vector>

#include "glimpse/lowered.hpp"

// Outline and pitch for the kinds of maps that leave them to the matrix.

namespace glimpse {

/// The border of the glimpse through the matrix; without one, of the support.
std::vector<Point> outline_by_matrix(const Lowered& lowered);

/// The length of the Jacobian's shorter column: the distance to the nearest neighbour, in image pixels.
double pitch_of(const SamplingPoints::Jacobian& jacobian);

/// The pitch of the matrix; without one, 1.
double pitch_by_matrix(const Lowered& lowered);

}  // namespace glimpse
