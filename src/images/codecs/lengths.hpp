#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The bytes of the image that a stream begins with; all of the stream where its end is not there.

namespace glimpse {

std::size_t jpeg_length(std::span<const std::uint8_t> bytes);
std::size_t png_length(std::span<const std::uint8_t> bytes);
std::size_t gif_length(std::span<const std::uint8_t> bytes);
std::size_t webp_length(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
