#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "glimpse/mechanisms/mask.hpp"

namespace glimpse {

/// A mask's grid, CV_64F, brought to the image's size, CV_32F, as its `upsample` and `sigma` say.
cv::Mat upsampled(const Mask& mask, const cv::Mat& grid, Size image);

/// The bytes that this takes at most beside a grid of so many values and the result, where they are many: of
/// Gaussian filters.
std::int64_t upsampling_memory(const Mask& mask, Size image, std::int64_t values);

}  // namespace glimpse
