#pragma once

#include "glimpse/linear_map.hpp"

// `Window` moves pixels and computes nothing: whatever the device, they are copied where they lie.

namespace glimpse {

/// The part of a region's pixels that fills `r`, not copied.
cv::Mat part(const ImageRegion& image, const Rectangle& r);

/// A I, of the image's depth.
cv::Mat read_window(const LinearMap& map, const Window& window, const ImageRegion& image);

/// Aᵀ g on the map's support.
ImageRegion write_window(const LinearMap& map, const Window& window, const cv::Mat& glimpse);

}  // namespace glimpse
