#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

// What the boxes of a HEIF or AVIF file (ISO/IEC 23008-12) tell beside the pixels.

namespace glimpse {

/// The largest size of an item: a picture's, or that of a tile, which may be larger. Throws `Error` for more
/// than 8 bits, which OpenImageIO 2.4 reduces to 8, and where no item has a size.
Size heif_size(std::span<const std::uint8_t> bytes);

/// The items that are pictures of their own, neither hidden nor thumbnails, nor alpha or depth of others: the
/// primary one, then the others in the file's order, as libheif has them; at least one. Throws `Error`
/// without a primary item.
GLIMPSE_EXPORT std::vector<std::uint32_t> heif_pictures(std::span<const std::uint8_t> bytes);

/// Throws `Error` where a picture is cut, turned or mirrored otherwise than its alpha, or its tiles are each
/// by itself: libheif 1.15 drops such an alpha, or leaves it as it is, and puts such tiles in each other's
/// place.
GLIMPSE_EXPORT void require_untransformed_parts(std::span<const std::uint8_t> bytes, std::uint32_t picture);

/// Whether a picture's colours are multiplied by its alpha (a reference of type `prem`).
GLIMPSE_EXPORT bool heif_is_premultiplied(std::span<const std::uint8_t> bytes, std::uint32_t picture);

/// Whether every picture of the file is grey: each decoder's configuration says that there is no colour.
GLIMPSE_EXPORT bool heif_is_grey(std::span<const std::uint8_t> bytes);

/// Whether the colours of an item (property `colr` of type `nclx`) are of limited range: luma from 16 to 235.
GLIMPSE_EXPORT bool heif_has_limited_range(std::span<const std::uint8_t> bytes, std::uint32_t item);

/// The ICC profile of an item (property `colr` of type `prof` or `rICC`); empty where it has none.
GLIMPSE_EXPORT std::vector<std::uint8_t> heif_profile(std::span<const std::uint8_t> bytes,
                                                      std::uint32_t item);

}  // namespace glimpse
