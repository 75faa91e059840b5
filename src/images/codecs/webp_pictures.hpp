#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "glimpse/export.hpp"

namespace glimpse {

/// libwebp goes through all pictures of a file before it lists another one: more would take seconds, and ten
/// times as many minutes.
inline constexpr std::size_t most_webp_pictures = 16384;

/// Counts what libwebp lists of a file: frames, and pictures that are none, which a file has one of. It goes
/// from chunk to chunk up to the one at which libwebp stops, or further where it is the content of a chunk
/// that stops it. `bytes` are a file, from its header on.
GLIMPSE_EXPORT std::size_t count_webp_pictures(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
