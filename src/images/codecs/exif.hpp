#pragma once

#include <cstdint>
#include <span>

#include "glimpse/export.hpp"

namespace glimpse {

/// The orientation, 1 to 8, that an EXIF block says ("Exif\0\0" before the TIFF header or not); 1 where it
/// says none.
GLIMPSE_EXPORT int exif_orientation(std::span<const std::uint8_t> block);

}  // namespace glimpse
