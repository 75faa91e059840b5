#pragma once

#include "glimpse/geometry.hpp"

namespace glimpse {

/// Calls visit(j, i, across, down) for the places of a glimpse's border, clockwise from its corner (0, 0):
/// each corner, and the middle of each border pixel's outer edge. It is half a pixel from the centre of pixel
/// (j, i), towards across and down, each -1, 0 or 1.
template <typename Visit>
void for_each_border_place(Size size, Visit&& visit) {
    const int right = size.width - 1;
    const int bottom = size.height - 1;
    visit(0, 0, -1, -1);
    for (int j = 0; j <= right; ++j) visit(j, 0, 0, -1);
    visit(right, 0, 1, -1);
    for (int i = 0; i <= bottom; ++i) visit(right, i, 1, 0);
    visit(right, bottom, 1, 1);
    for (int j = right; j >= 0; --j) visit(j, bottom, 0, 1);
    visit(0, bottom, -1, 1);
    for (int i = bottom; i >= 0; --i) visit(0, i, -1, 0);
}

}  // namespace glimpse
