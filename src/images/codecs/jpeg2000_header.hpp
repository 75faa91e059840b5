#pragma once

#include <cstdint>
#include <span>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// What a JPEG 2000 file says of its picture (ISO/IEC 15444-1).
struct Jpeg2000Header {
    Size size;           ///< of the image area on the reference grid
    int components = 0;  ///< in the codestream
    int colours = 0;     ///< of each entry of the palette; 0 without one
    int bits = 0;        ///< of each sample; with a palette, of its colours
    bool alpha = false;  ///< the last channel is alpha, as the channel definitions say
    std::span<const std::uint8_t> codestream;
};

/// Throws `Error` for a header that is damaged, and for what OpenImageIO misreads: samples with a sign, of
/// several precisions, or subsampled; press inks and other colour spaces; premultiplied alpha.
GLIMPSE_EXPORT Jpeg2000Header parse_jpeg2000(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
