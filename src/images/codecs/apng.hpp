#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>

// Animated PNG: the chunks acTL, fcTL and fdAT of "Portable Network Graphics (PNG) Specification", third
// edition, 11.3.6. A program that does not know them sees the default image alone, as do the rows of a PNG.

namespace glimpse {

/// The images of a PNG: the default one, which may be the first frame, and the frames of its animation.
int apng_pages(std::span<const std::uint8_t> file);

/// Whether its animation has fewer frames than the file says.
bool lacks_apng_frames(std::span<const std::uint8_t> file);

/// Page 1 ≤ k < `apng_pages`: the canvas when that frame is shown, H×W with the colours of the file and
/// alpha. Throws `Error` where a frame up to that one is damaged or missing.
cv::Mat decode_apng_page(std::span<const std::uint8_t> file, int page);

}  // namespace glimpse
