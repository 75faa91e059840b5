#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// A region that is decoded in one go, and what of the needed rectangles it holds.
struct DecodedPart {
    Rectangle region;
    std::vector<std::size_t> needed;  ///< their numbers
};

/// Groups needed rectangles so that little is decoded that nobody needs. Where a region of an image costs no
/// more than its own pixels (`seekable`), parts hold at most about twice what is needed; where all above it
/// must be read for it, the whole is one part as long as that is not too much for the memory.
std::vector<DecodedPart> parts_to_decode(std::span<const Rectangle> needed, bool seekable);

}  // namespace glimpse
