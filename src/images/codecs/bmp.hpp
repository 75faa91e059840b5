#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "glimpse/image_file.hpp"
#include "images/codecs/bmp_header.hpp"

namespace glimpse::bmp {

/// Reads the pixels that `header.pixels`, from the first of the bytes, leads to. `bytes` outlive the reader.
/// Throws `Error` with the reason.
std::unique_ptr<ImageReader> open_bitmap(std::span<const std::uint8_t> bytes, Header header);

}  // namespace glimpse::bmp
