#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <opencv2/core/mat.hpp>
#include <type_traits>

#include "glimpse/export.hpp"

namespace glimpse {

/// The values in `depth`: rounded half to even and saturated for CV_8U and CV_16U, NaN as 0; as they are for
/// CV_32F.
GLIMPSE_EXPORT cv::Mat rounded_to(const cv::Mat& values, int depth);

/// How many values of CV_32F `rounded_to(values, depth)` changes by more than rounding: those that saturate,
/// and NaN. 0 for another depth of the values, and for CV_32F.
GLIMPSE_EXPORT std::int64_t clipped_by_rounding(const cv::Mat& values, int depth);

/// A value computed in float64, likewise, in the type of the pixels: an unsigned one, or float.
template <typename T>
T rounded_to(double value) {
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(value);
    } else {
        if (std::isnan(value)) return 0;
        return static_cast<T>(std::nearbyint(std::clamp(value, 0.0, double{std::numeric_limits<T>::max()})));
    }
}

}  // namespace glimpse
