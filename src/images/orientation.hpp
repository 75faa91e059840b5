#pragma once

#include <memory>

#include "glimpse/image_file.hpp"

namespace glimpse {

/// The image with its EXIF orientation applied; the reader itself where that is 1.
std::unique_ptr<ImageReader> oriented(std::unique_ptr<ImageReader> reader);

}  // namespace glimpse
