#pragma once

#include <opencv2/core/mat.hpp>
#include <span>

#include "glimpse/linear_map.hpp"

namespace glimpse {

/// R I Kᵀ for each channel, h×w×C; `image` holds at least the support of the map. CV_8U, CV_16U or CV_32F in,
/// `depth` out, rounded half to even and saturated. Sums are accumulated in float32, in blocks. The order of
/// the two passes is the one of fewer multiply-adds.
cv::Mat banded_product(const Separable& map, const ImageRegion& image, int depth);

/// Rᵀ g K for each channel of an h×w CV_32F matrix, on the map's support.
ImageRegion transposed_banded_product(const Separable& map, const cv::Mat& glimpse);

/// rows[y] · columns[x], h×w CV_32F.
cv::Mat outer_product(std::span<const double> rows, std::span<const double> columns);

}  // namespace glimpse
