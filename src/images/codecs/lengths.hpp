#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "glimpse/error.hpp"

// The bytes of the image that a stream begins with; all of the stream where its end is not there.

namespace glimpse {

/// Of a format whose header says it, as the `length()` of its reader has it; an image that cannot be opened
/// fails later.
template <typename Reader>
std::size_t length_by_header(std::span<const std::uint8_t> bytes) {
    try {
        return Reader(bytes).length();
    } catch (const Error&) {
        return bytes.size();
    }
}

std::size_t jpeg_length(std::span<const std::uint8_t> bytes);
std::size_t png_length(std::span<const std::uint8_t> bytes);
std::size_t gif_length(std::span<const std::uint8_t> bytes);
std::size_t webp_length(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
