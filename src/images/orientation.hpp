#pragma once

#include <memory>

#include "glimpse/image_file.hpp"

namespace glimpse {

/// The image as its EXIF orientation says it is to be seen; the reader itself where that is as it is stored.
std::unique_ptr<ImageReader> oriented(std::unique_ptr<ImageReader> reader);

}  // namespace glimpse
