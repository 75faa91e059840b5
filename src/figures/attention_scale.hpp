#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

/// The attention on a picture of the image shrunk `style.shrink` times, as figures of that style show it,
/// smooth or not: what a kernel overshoots below 0, where the map is not `is_signed`, counts 0.
GLIMPSE_EXPORT ImageRegion shown_attention(const Lowered& lowered, const OverlayStyle& style);

/// What a scale of a map's own reaches: its greatest attention (CV_32F, not empty), or of both signs its
/// greatest magnitude; 0 where there is none.
GLIMPSE_EXPORT double greatest_attention(const cv::Mat& attention, bool of_both_signs);

}  // namespace glimpse
