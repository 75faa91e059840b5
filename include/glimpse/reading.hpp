#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/lowered.hpp"

// From linear maps to pictures: A I, and its fill, premultiplied alpha and rounding.

namespace glimpse {

/// Throws `InvalidParameter` unless a constant fill has one value, or one for each channel (without one for
/// alpha, alpha is opaque), and float32 can hold them, multiplied by alpha where the map mixes pixels of
/// `depth`. To be called for each glimpse, so that an invalid fill fails no other glimpse.
GLIMPSE_EXPORT void validate_fill(const Lowered& lowered, int channels, bool alpha, int depth);

/// Throws `InvalidParameter` unless a bias has one value, or one for each channel but alpha, and `Error`
/// where colours must be divided by an alpha that has no full weight > 0 (`Lowered`). To be called likewise.
GLIMPSE_EXPORT void validate_channels(const Lowered& lowered, int channels, bool alpha);

/// The glimpse (h×w×C) in `depth`, an OpenCV depth, of an image region (H×W×C): A I with the fill, the
/// colours premultiplied by the region's alpha, if it has any, where the map mixes pixels. The region
/// contains `needed(lowered)`. Whole numbers are rounded half to even. Throws `Error` as `validate_fill` and
/// `validate_channels`, and for an alpha of float32 that weighs colours and is not ≥ 0, or leaves 0…1 beside
/// a fill that is opaque because it has no number for alpha; within ½, as bicubic kernels overshoot.
GLIMPSE_EXPORT cv::Mat read_glimpse(const Backend& backend, const Lowered& lowered, const ImageRegion& region,
                                    int depth);

/// The same for all glimpses of one image, wherever they lie, which the backend reads together; the region
/// contains what each of them needs. All glimpses or none: throws as `read_glimpse` for any of them.
/// `saturated`, where it has a place for each glimpse, gets how many of its values are clipped to the range
/// of `depth`, but for those of interpolation kernels that overshoot.
GLIMPSE_EXPORT std::vector<cv::Mat> read_glimpses(const Backend& backend,
                                                  std::span<const Lowered* const> lowered,
                                                  const ImageRegion& region, int depth,
                                                  std::span<std::int64_t> saturated = {});
GLIMPSE_EXPORT std::vector<cv::Mat> read_glimpses(const Backend& backend, std::span<const Lowered> lowered,
                                                  const ImageRegion& region, int depth);

/// The depth that a backend is asked for to make these glimpses of `depth`, as long as no clipped values are
/// counted: CV_32F where something is added to any of them.
GLIMPSE_EXPORT int depth_of_reading(std::span<const Lowered* const> lowered, int depth);

}  // namespace glimpse
