#pragma once

#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"

// `Window` moves pixels and computes nothing: whatever the device, they are copied where they lie.

namespace glimpse {

/// The part of a region's pixels that fills `r`, not copied.
GLIMPSE_EXPORT cv::Mat part(const ImageRegion& image, const Rectangle& r);

/// A I, of the image's depth.
GLIMPSE_EXPORT cv::Mat read_window(const LinearMap& map, const Window& window, const ImageRegion& image);

/// Aᵀ g on the map's support.
GLIMPSE_EXPORT ImageRegion write_window(const LinearMap& map, const Window& window, const cv::Mat& glimpse);

}  // namespace glimpse
