#pragma once

#include "glimpse/figure.hpp"

namespace glimpse {

/// Adds what is on another figure, whose top left corner comes to lie at `position`.
GLIMPSE_EXPORT void add(Figure& figure, Figure part, cv::Point position);

}  // namespace glimpse
