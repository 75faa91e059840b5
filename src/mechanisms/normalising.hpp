#pragma once

#include <opencv2/core/mat.hpp>
#include <span>

#include "glimpse/mechanisms/mask.hpp"

namespace glimpse {

/// Divides the numbers by their greatest magnitude, unless all are 0. Of numbers that are normalised
/// afterwards nothing is lost to float32 then, however small or large they were.
void scale_to_one(std::span<double> numbers);

/// Divides a mask's weights, CV_32F. Throws `Error` where they have no sum > 0 to be divided by: a sum that
/// is no more than what rounding leaves of weights of both signs counts as 0.
void normalise(cv::Mat& weights, Mask::Normalise normalise);

}  // namespace glimpse
