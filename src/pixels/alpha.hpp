#pragma once

#include <opencv2/core/mat.hpp>

namespace glimpse {

/// Multiplies, in place, each colour of CV_32F pixels by their last channel.
void multiply_by_alpha(cv::Mat& pixels);

}  // namespace glimpse
