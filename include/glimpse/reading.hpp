#pragma once

#include <opencv2/core/mat.hpp>
#include <span>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/lowered.hpp"

// From linear maps to pictures: what a glimpse needs beside A I.

namespace glimpse {

/// Throws `Error` where a constant fill has neither one value nor one for each channel (alpha excepted, which
/// is then opaque). To be called for each glimpse whose failure must not be that of the others.
GLIMPSE_EXPORT void require_fill(const Lowered& lowered, int channels, bool alpha);

/// The glimpse of an image region (H×W×C values) in `depth`: A I with the fill, colour premultiplied by the
/// region's alpha, if it has any, where the map mixes pixels. The region contains `needed(lowered)`. Throws
/// as `require_fill`.
GLIMPSE_EXPORT cv::Mat read_glimpse(const Backend& backend, const Lowered& lowered, const ImageRegion& region,
                                    int depth);

/// The same for all glimpses of one image, wherever they lie; its region contains what each of them needs.
/// The backend is handed all maps alike at once. All glimpses or none: throws as `require_fill` for any of
/// them.
GLIMPSE_EXPORT std::vector<cv::Mat> read_glimpses(const Backend& backend,
                                                  std::span<const Lowered* const> lowered,
                                                  const ImageRegion& region, int depth);
GLIMPSE_EXPORT std::vector<cv::Mat> read_glimpses(const Backend& backend, std::span<const Lowered> lowered,
                                                  const ImageRegion& region, int depth);

}  // namespace glimpse
