#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// The image as 8-bit RGB of its own size, as a screen shows it: 16-bit divided by 257, floating point
/// stretched from the least to the greatest finite value of its colours, alpha over a light chequerboard (of
/// floating point, 1 is opaque). One channel of colour is grey, two are red and green, and of more than three
/// the first three are shown.
GLIMPSE_EXPORT cv::Mat displayable(const Image& image);

}  // namespace glimpse
