#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

#include "kernels/kernels.hpp"

namespace glimpse {

/// The element type of CV_8U, CV_16U or CV_32F. Throws `std::invalid_argument` for any other depth.
GLIMPSE_EXPORT Element element_of(int depth);

/// The rows of a matrix, not copied. Throws as `element_of` does.
GLIMPSE_EXPORT Lines lines_of(const cv::Mat& matrix);
GLIMPSE_EXPORT OutLines lines_of(cv::Mat& matrix);

}  // namespace glimpse
