#pragma once

#include <opencv2/core/mat.hpp>
#include <span>

#include "glimpse/linear_map.hpp"

namespace glimpse {

/// R I Kᵀ for each channel, where `image` holds at least the support of the map. CV_8U, CV_16U, CV_32F and
/// CV_64F values in, CV_32F out; sums are accumulated in float32.
cv::Mat banded_product(const Separable& map, const ImageRegion& image);

/// Rᵀ g K for each channel of an h×w CV_32F matrix, on the map's support.
ImageRegion transposed_banded_product(const Separable& map, const cv::Mat& glimpse);

/// rows[y] · columns[x], CV_32F.
cv::Mat outer_product(std::span<const double> rows, std::span<const double> columns);

}  // namespace glimpse
