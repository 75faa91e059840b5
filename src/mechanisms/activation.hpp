#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/mechanisms/mask.hpp"

namespace glimpse {

/// The numbers of a mask's map, CV_64F, after its activation.
cv::Mat activated(const Mask& mask, const cv::Mat& grid);

}  // namespace glimpse
