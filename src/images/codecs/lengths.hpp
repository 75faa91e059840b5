#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "glimpse/error.hpp"
#include "glimpse/export.hpp"

// The bytes of the image that a stream begins with; none where its end is not there, or the format does not
// say.

namespace glimpse {

/// Of a format whose header says it, as the `length()` of its reader has it; an image that cannot be opened
/// fails later.
template <typename Reader>
std::optional<std::size_t> length_by_header(std::span<const std::uint8_t> bytes) {
    try {
        const std::size_t length = Reader(bytes).length();
        return length <= bytes.size() ? std::optional(length) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Whether a file has that length, or more.
template <typename Reader>
bool is_whole_by_header(std::span<const std::uint8_t> bytes) {
    try {
        return Reader(bytes).length() <= bytes.size();
    } catch (const Error&) {
        return false;
    }
}

std::optional<std::size_t> jpeg_length(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> png_length(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> gif_length(std::span<const std::uint8_t> bytes);
/// The pictures of an animation; 1 where it has none.
GLIMPSE_EXPORT int gif_pages(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> webp_length(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> tiff_length(std::span<const std::uint8_t> bytes);

// Whether a file may be all of an image.

bool may_be_whole_jpeg(std::span<const std::uint8_t> bytes);
bool may_be_whole_png(std::span<const std::uint8_t> bytes);
bool may_be_whole_webp(std::span<const std::uint8_t> bytes);
/// Of a file as libtiff writes it, the directory behind the pixels.
bool may_be_whole_tiff(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
