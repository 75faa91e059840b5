#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/linear_map.hpp"

// Rectangles of whole pixels, as OpenCV has them.

namespace glimpse {

/// Columns × rows; empty where either is.
inline Rectangle rectangle(Interval columns, Interval rows) {
    if (columns.empty() || rows.empty()) return {};
    return {columns.begin, rows.begin, columns.length(), rows.length()};
}

inline cv::Rect rect(const Rectangle& r) {
    return {r.x, r.y, r.width, r.height};
}

/// `r`, relative to the corner of a region that contains it.
inline cv::Rect rect_in(const Rectangle& region, const Rectangle& r) {
    return {r.x - region.x, r.y - region.y, r.width, r.height};
}

/// The pixels of `r`, a part of the region; not copied.
inline cv::Mat part(const ImageRegion& image, const Rectangle& r) {
    return image.pixels(rect_in(image.region, r));
}

}  // namespace glimpse
