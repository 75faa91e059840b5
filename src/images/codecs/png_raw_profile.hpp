#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace glimpse {

/// The EXIF block in a text chunk "Raw profile type exif" before the image data, in which ImageMagick and
/// ExifTool write it as hexadecimal digits, as all did before there was a chunk eXIf; empty without one. Of a
/// longer block than a JPEG can hold, its beginning. Throws `Error` where that chunk is damaged.
std::vector<std::uint8_t> raw_exif_profile(std::span<const std::uint8_t> file);

}  // namespace glimpse
