#pragma once

#include <vector>

#include "figures/drawing_sizes.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// The corners of the smallest box around those marks that lie inside a figure of that size, where they are
/// as `add_marks` has them, and a pixel more; none where none does.
std::vector<Point> around_marks(const MarkedPoints& marks, double across, double down, cv::Size figure);

/// Adds the marks of a glimpse, edge coordinates of the image times `across` and `down`: a cross at the
/// reference, and a dot at each point, from white where its weight is 0 to `colour` where its magnitude is
/// the greatest; greater ones lie on smaller ones. What lies outside the figure is left out.
void add_marks(Figure& figure, const MarkedPoints& marks, double across, double down,
               const DrawingSizes& sizes, const cv::Vec3b& colour);

}  // namespace glimpse
