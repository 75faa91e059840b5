#pragma once

#include <string>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// Why the pixels that were decoded may be wrong, though the file could be read: bytes that are no part of
/// the picture, or scans that are missing. Empty where nothing says so.
GLIMPSE_EXPORT std::string doubts_about(const ImageReader& image);

}  // namespace glimpse
