#pragma once

#include <algorithm>
#include <opencv2/core/mat.hpp>

namespace same_pixels {

/// Whether two matrices have one size, one type and the same bytes: NaN equals itself, and 0 is not -0.
inline bool same(const cv::Mat& a, const cv::Mat& b) {
    if (a.size() != b.size() || a.type() != b.type()) return false;
    const std::size_t length = static_cast<std::size_t>(a.cols) * a.elemSize();
    for (int y = 0; y < a.rows; ++y) {
        if (!std::equal(a.ptr(y), a.ptr(y) + length, b.ptr(y))) return false;
    }
    return true;
}

}  // namespace same_pixels
