#pragma once

#include <opencv2/core/mat.hpp>
#include <span>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// Of a polygon that has less, rounding would be seen; pixels.
inline constexpr double least_area = 1e-6;

/// Spreads a sum evenly over a polygon: adds sum · |p ∩ C| / |C| to each pixel p of `sums` (CV_64F), where C
/// is the polygon, in edge coordinates of these pixels and finite. What of it lies outside is left out.
/// Returns false, and adds nothing, where |C| is less than `least_area`.
bool spread_over(std::span<const Point> polygon, double sum, cv::Mat& sums);

}  // namespace glimpse
