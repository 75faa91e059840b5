#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// Multiplies, in place, each colour of CV_32F pixels by their last channel.
GLIMPSE_EXPORT void premultiply_alpha(cv::Mat& pixels);

/// The way back: divides, in place, each colour by the last channel, alpha; it is 0 where that is not > 0.
/// `gain`, which has multiplied colour and alpha alike and is meant for the colour alone, is taken off alpha.
GLIMPSE_EXPORT void unpremultiply_alpha(cv::Mat& pixels, float gain = 1);

/// The value that means opaque, or white: 255, 65535, or 1 for floating point.
GLIMPSE_EXPORT double full_scale(int depth);

/// The picture with its alpha (one of `opaque` is added where there is none) multiplied by `factor`, h×w
/// CV_32F.
GLIMPSE_EXPORT cv::Mat with_alpha(const cv::Mat& picture, bool alpha, const cv::Mat& factor, double opaque);

}  // namespace glimpse
