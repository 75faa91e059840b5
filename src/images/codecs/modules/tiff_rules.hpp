#pragma once

#include <tiffio.h>

#include <cstdint>

#include "images/codecs/modules/tiff_samples.hpp"

// What of TIFF is not read, since libtiff does not read it, or not as it is meant. Each throws `Error` that
// names the kind.

namespace glimpse {

/// For methods that libtiff was built without.
void require_known_compression(TIFF* tiff);

/// For bands of plain numbers whose meaning is not told, or that are too many.
void require_plain_bands(const TiffStorage& storage);

/// For samples that libtiff does not convert, or not as they are meant: it premultiplies colours, or drops
/// alpha, without saying which.
void require_convertible(const TiffStorage& storage);

/// For subsampled YCbCr that libtiff does not convert, and for rows of blocks that are no whole number of
/// bytes for each of their rows, of which it reads too few. `width`: of a tile, or of a strip, the image's.
void require_subsampling(TIFF* tiff, const TiffStorage& storage, int image_width, std::uint32_t width);

/// For L*a*b* that is not plain: libtiff's own conversion takes no account of the white.
void require_lab(const TiffStorage& storage);

/// For a first picture of several that is a thumbnail: raw files of cameras begin with one of the picture
/// that only their makers' programs read.
void require_no_thumbnail(TIFF* tiff, int pages);

/// For slices that lie one behind another, of which libtiff reads the first as if it were all.
void require_no_volume(TIFF* tiff);

}  // namespace glimpse
