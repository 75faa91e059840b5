#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace glimpse {

/// The EXIF block in a text chunk "Raw profile type exif" (or "APP1", of which only EXIF counts), in which
/// programs wrote it as hexadecimal digits before there was a chunk eXIf, and ImageMagick, Exiv2 and ExifTool
/// still may; empty without one. Of a longer block than a JPEG can hold, its beginning. Throws `Error` where
/// such a chunk is damaged that stands before the image data.
std::vector<std::uint8_t> raw_exif_profile(std::span<const std::uint8_t> file);

}  // namespace glimpse
