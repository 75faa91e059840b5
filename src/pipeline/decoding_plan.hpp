#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// A region that is decoded in one go, and the needed rectangles in it.
struct DecodedPart {
    Rectangle region;
    std::vector<std::size_t> needed;  ///< indices of the rectangles
};

/// Groups needed rectangles so that little is decoded in vain. Where a region costs no more than its own
/// pixels (`seekable`), parts hold at most about twice what is needed. Where everything above it must be
/// decoded too, the whole is one part unless it takes too much memory.
std::vector<DecodedPart> parts_to_decode(std::span<const Rectangle> needed, bool seekable);

}  // namespace glimpse
