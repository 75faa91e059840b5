#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// Line widths and letter heights, in pixels.
struct DrawingSizes {
    int line = 1;    ///< of an outline
    int casing = 1;  ///< on either side of it; 0 is none
    int letter = 9;  ///< cap height
};

/// The reduction for n outlines in one picture: √(30/n) for n > 30, else 1.
GLIMPSE_EXPORT double crowding(std::size_t outlines);

/// In proportion to the picture, times `crowding(outlines)`, and never too small to be seen or read.
GLIMPSE_EXPORT DrawingSizes drawing_sizes(cv::Size picture, std::size_t outlines = 1);

/// The longer side that a picture with n glimpses needs, so that outlines and labels are legible on it:
/// 130 √n pixels, at least 400 and at most 1600.
GLIMPSE_EXPORT double legible_side(std::size_t glimpses);

}  // namespace glimpse
