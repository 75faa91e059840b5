#pragma once

#include <cstdint>
#include <span>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// What an OpenEXR file says of its parts, before OpenEXR allocates anything for them.
struct OpenExrHeader {
    Size largest;  ///< of the parts' data windows
    /// What OpenEXR holds, at most, once all parts are opened: the tables of rows and chunks, and one chunk
    /// of each part – up to 256 rows, or a tile – inflated, with what its compression needs.
    std::int64_t bytes = 0;
};

/// Throws `Error` for a header that is damaged.
OpenExrHeader parse_openexr(std::span<const std::uint8_t> bytes);

}  // namespace glimpse
