#pragma once

#include <cstdint>
#include <span>

#include "images/codecs/codec.hpp"

namespace glimpse {

/// Throws `Error` with its name for a file, recognised by a codec, of a format that is not among those that
/// `OpenOptions::formats` allows. No codec has looked further into it.
void require_allowed(const Codec& codec, std::span<const std::uint8_t> head, const OpenOptions& options);

}  // namespace glimpse
