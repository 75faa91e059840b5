#pragma once

#include <cstdint>

namespace glimpse {

/// Neighbouring whole positions, which may lie outside the image.
struct Positions {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    [[nodiscard]] bool empty() const { return begin >= end; }
};

/// The positions from `centre` - `reach` to `centre` + `reach`, both included.
Positions positions_around(double centre, double reach);

}  // namespace glimpse
