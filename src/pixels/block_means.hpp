#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// The means of the n×n blocks of H×W×C pixels, n ≥ 1, ⌈H/n⌉×⌈W/n⌉×C of the same depth; what the last blocks
/// lack counts for nothing. With `alpha`, the last channel, colours are weighed by it; those of a block whose
/// alpha is 0 are 0. Rounded half to even, but for CV_32F.
GLIMPSE_EXPORT cv::Mat block_means(const cv::Mat& pixels, int n, bool alpha);

}  // namespace glimpse
