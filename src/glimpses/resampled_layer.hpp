#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/backend.hpp"
#include "glimpse/lowered.hpp"

// A glimpse laid where it was cut out, by the inverse of the way that it was cut.

namespace glimpse {

/// Whether neighbouring glimpse pixels are not neighbours in the image, so that pasting must interpolate.
bool is_resampled(const Lowered& lowered);

/// The pixels of the canvas that a resampled glimpse lies on. Throws `Error` where they are too far away to
/// be numbers.
Rectangle resampled_region(const Lowered& lowered);

/// The bytes that the way back takes for so many pixels, and for a glimpse of so many channels.
std::int64_t inverse_memory(const Lowered& lowered, std::int64_t pixels, int channels);

/// A glimpse of premultiplied colours and alpha, h×w×C CV_32F, resampled onto the canvas: bilinear, its
/// border clamped or, where it goes round, joined; 0 outside the outline. Throws `Error` where the way has no
/// inverse.
ImageRegion resampled_layer(const Backend& backend, const Lowered& lowered, const cv::Mat& glimpse);

}  // namespace glimpse
