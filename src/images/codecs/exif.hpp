#pragma once

#include <cstdint>
#include <span>

#include "glimpse/export.hpp"

namespace glimpse {

/// The orientation, 1 to 8, in an EXIF block, with or without "Exif\0\0" before its TIFF header; 1 where
/// there is none.
GLIMPSE_EXPORT int exif_orientation(std::span<const std::uint8_t> block);

}  // namespace glimpse
