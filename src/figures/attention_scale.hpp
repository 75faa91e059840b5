#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// What a scale of a map's own reaches: its greatest attention (CV_32F, not empty), or of both signs its
/// greatest magnitude; 0 where there is none.
GLIMPSE_EXPORT double greatest_attention(const cv::Mat& attention, bool of_both_signs);

}  // namespace glimpse
