#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// The image (H×W×C of 8-bit, 16-bit or float32) as 8-bit RGB of the same size, for a screen. 16-bit values
/// are divided by 257; floating point is stretched linearly from the least to the greatest finite value of
/// the colours shown, NaN becoming 0. One channel of colour is grey, two are red and green, and of more than
/// three the first three are shown. Alpha is composited over a light chequerboard; of floating point, 1 is
/// opaque.
GLIMPSE_EXPORT cv::Mat displayable(const Image& image);

}  // namespace glimpse
