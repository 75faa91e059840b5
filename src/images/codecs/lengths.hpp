#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "glimpse/error.hpp"
#include "glimpse/export.hpp"

// Lengths in bytes of the image that a stream begins with; none where its end is missing, or the format does
// not tell.

namespace glimpse {

/// For a format whose header tells it, by the reader's `length()`; none for an image that cannot be opened,
/// which fails later.
template <typename Reader>
std::optional<std::size_t> length_by_header(std::span<const std::uint8_t> bytes) {
    try {
        const std::size_t length = Reader(bytes).length();
        return length <= bytes.size() ? std::optional(length) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Whether a file has at least that length.
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
/// Whether its trailer is there, which follows the last of them.
GLIMPSE_EXPORT bool has_gif_trailer(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> webp_length(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> tiff_length(std::span<const std::uint8_t> bytes);

// Whether a file may be a complete image.

bool may_be_whole_jpeg(std::span<const std::uint8_t> bytes);
bool may_be_whole_png(std::span<const std::uint8_t> bytes);
bool may_be_whole_webp(std::span<const std::uint8_t> bytes);
/// For files as libtiff writes them, with the directory behind the pixels.
bool may_be_whole_tiff(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
