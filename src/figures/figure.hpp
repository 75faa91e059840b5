#pragma once

#include "glimpse/figure.hpp"

namespace glimpse {

/// Throws `Error` where a picture of the figure is not 8-bit RGB, has no whole multiple of its size or lies
/// outside, or a point of an outline is not finite.
void require_drawable(const Figure& figure);

/// Adds what is on another figure, whose top left corner comes to lie at `position`.
GLIMPSE_EXPORT void add(Figure& figure, Figure part, cv::Point position);

}  // namespace glimpse
