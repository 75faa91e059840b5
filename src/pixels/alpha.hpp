#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

#include "glimpse/export.hpp"

namespace glimpse {

/// Premultiplies in place: each colour of H×W×C CV_32F pixels times the last channel, alpha.
GLIMPSE_EXPORT void premultiply_alpha(cv::Mat& pixels);

/// A premultiplied colour divided by its alpha, in the precision of `T`; `transparent` where that is 0.
template <typename T>
constexpr T divided_by_alpha(T colour, T alpha, T transparent) {
    return alpha == 0 ? transparent : colour / alpha;
}

/// The inverse of `premultiply_alpha`, in place and in float32: 0 where alpha is not > 0, since cubic kernels
/// overshoot. `gain`, which has multiplied colour and alpha alike and is meant for the colour alone, is
/// divided out of alpha.
GLIMPSE_EXPORT void unpremultiply_alpha(cv::Mat& pixels, float gain = 1);

/// What colours become where alpha is 0.
enum class Transparent {
    black,
    kept,  ///< as of a glow, which adds light and covers nothing
};

/// The inverse for pixels as a file stores them, H×W×C CV_8U, CV_16U or CV_32F, in place: colour · `opaque` /
/// alpha, also for alpha < 0, rounded half to even and saturated. In float64, since samples of 32 bits are
/// more than float32 holds.
GLIMPSE_EXPORT void unpremultiply_stored(cv::Mat& pixels, double opaque, Transparent transparent);

/// The value that means opaque, or white: 255 for CV_8U, 65535 for CV_16U, 1 for floating point.
GLIMPSE_EXPORT double full_scale(int depth);

/// How far an alpha of 0 to 1 may leave that range: a bicubic kernel takes it by up to 0.445 beyond.
inline constexpr double alpha_overshoot = 0.5;

/// A pixel and its alpha.
struct PixelAlpha {
    int x;
    int y;
    float alpha;
};

/// The first pixel of H×W×C CV_32F whose alpha, the last channel, is not `least` to `most`, as NaN is not.
GLIMPSE_EXPORT std::optional<PixelAlpha> find_alpha_beyond(const cv::Mat& pixels, double least, double most);

/// The picture with a further channel, alpha, of `opaque`.
GLIMPSE_EXPORT cv::Mat with_opaque_alpha(const cv::Mat& picture, double opaque);

/// The picture with its alpha multiplied by `factor`, h×w CV_32F; one without alpha is given `opaque` first.
GLIMPSE_EXPORT cv::Mat with_alpha(const cv::Mat& picture, bool alpha, const cv::Mat& factor, double opaque);

}  // namespace glimpse
