#pragma once

#include <cstdint>

// How an image is sampled between its pixels and beyond its border.

namespace glimpse {

/// The kernel k that a sample weighs the pixels around it with: the nearest centre (ties to even), the
/// triangle, or Keys' cubic with a = -0.75 (Keys 1981, "Cubic convolution interpolation for digital image
/// processing").
enum class Interpolation : std::uint8_t { bilinear, nearest, bicubic };

/// What lies outside the image: zeros, the nearest pixel of the border, or the mirrored image.
enum class Padding : std::uint8_t { zeros, border, reflection };

/// Where the mirror stands: at the centres {0, S-1} of the outer pixels, or at the outer edges {-½, S-½}.
enum class Mirror { centres, edges };

}  // namespace glimpse
