#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "glimpse/export.hpp"

// Lengths in bytes of the image that a stream begins with, for OpenImageIO's formats; none where its end is
// missing, or the format does not tell.

namespace glimpse {

/// For HEIF and AVIF, which consist of boxes.
std::optional<std::size_t> heif_length(std::span<const std::uint8_t> bytes);
/// For boxes and for a bare codestream.
std::optional<std::size_t> jpeg2000_length(std::span<const std::uint8_t> bytes);
/// What the header of a Radiance picture says; none where it has no line of the size, "-Y HEIGHT +X WIDTH".
struct RadianceSize {
    std::size_t rows;
    std::size_t width;
    std::size_t pixels;  ///< their offset
};
std::optional<RadianceSize> radiance_size(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> radiance_length(std::span<const std::uint8_t> bytes);
/// Throws `Error` for runs of whole pixels, which OpenImageIO reads as pixels. Looks at all of them.
GLIMPSE_EXPORT void require_readable_radiance_runs(std::span<const std::uint8_t> bytes);
/// None for several parts, or deep pixels.
std::optional<std::size_t> openexr_length(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
