#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// The bytes of the image that a stream of one of OpenImageIO's formats begins with; none where its end is not
// there, or the format does not say.

namespace glimpse {

/// Of HEIF and AVIF, which are of boxes.
std::optional<std::size_t> boxes_length(std::span<const std::uint8_t> bytes);
/// Of boxes, or of a bare codestream.
std::optional<std::size_t> jpeg2000_length(std::span<const std::uint8_t> bytes);
std::optional<std::size_t> radiance_length(std::span<const std::uint8_t> bytes);
/// Of one part that is not deep.
std::optional<std::size_t> openexr_length(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
