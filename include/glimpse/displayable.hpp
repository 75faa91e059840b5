#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// The least and the greatest of values, least ≤ greatest.
struct ValueRange {
    float least;
    float greatest;
};

/// Of the finite values, of float32, of the colours that `displayable` shows; none where there are none.
GLIMPSE_EXPORT std::optional<ValueRange> shown_range(const cv::Mat& pixels, bool alpha);

/// The image (H×W×C of 8-bit, 16-bit or float32) as 8-bit RGB of the same size, for a screen. 16-bit values
/// are divided by 257; floating point is stretched linearly from the range's ends to 0 and 255, and clipped
/// to these; without a range, or where its ends are the same, it is black, and so is NaN. One channel of
/// colour is grey, two are red and green, and of more than three the first three are shown. Alpha is
/// composited over a light chequerboard; of floating point, 1 is opaque.
GLIMPSE_EXPORT cv::Mat displayable(const Image& image, const std::optional<ValueRange>& range);

/// The same, of floating point over its own `shown_range`.
GLIMPSE_EXPORT cv::Mat displayable(const Image& image);

}  // namespace glimpse
