#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/export.hpp"

namespace glimpse {

/// Premultiplies in place: each colour of H×W×C CV_32F pixels times the last channel, alpha.
GLIMPSE_EXPORT void premultiply_alpha(cv::Mat& pixels);

/// The inverse, in place: each colour divided by alpha, 0 where alpha is not > 0. `gain`, which has
/// multiplied colour and alpha alike and is meant for the colour alone, is divided out of alpha.
GLIMPSE_EXPORT void unpremultiply_alpha(cv::Mat& pixels, float gain = 1);

/// The value that means opaque, or white: 255 for CV_8U, 65535 for CV_16U, 1 for floating point.
GLIMPSE_EXPORT double full_scale(int depth);

/// The picture with its alpha multiplied by `factor`, h×w CV_32F; one without alpha is given a channel of
/// `opaque` first.
GLIMPSE_EXPORT cv::Mat with_alpha(const cv::Mat& picture, bool alpha, const cv::Mat& factor, double opaque);

}  // namespace glimpse
