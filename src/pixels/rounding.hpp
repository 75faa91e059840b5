#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// The values in `depth`: rounded half to even and saturated for CV_8U and CV_16U, NaN as 0; as they are for
/// CV_32F.
GLIMPSE_EXPORT cv::Mat rounded_to(const cv::Mat& values, int depth);

}  // namespace glimpse
