#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "glimpse/mechanisms/mask.hpp"

namespace glimpse {

/// A mask's grid, CV_64F, which lies on `region`, at these pixels, CV_32F, as its `upsample` and `sigma` say:
/// those of the rounded region that lie on the image. Throws `Error` where a map that is to be smoothed lies
/// on far more pixels.
cv::Mat upsampled(const Mask& mask, const cv::Mat& grid, const Box& region, const Rectangle& pixels);

/// The cell, from 0, in which an edge coordinate 0 ≤ edge ≤ cells lies: ⌊edge⌋, but the next one where that
/// begins within rounding, since a region's edges are seldom exact numbers.
int nearest_cell(double edge, int cells);

/// The bytes that this takes at most beside a grid of so many values and the result, where they are many: of
/// Gaussian filters.
std::int64_t upsampling_memory(const Mask& mask, Size image, std::int64_t values);

}  // namespace glimpse
