#pragma once

#include <cstdint>

namespace glimpse {

/// round(sample / top · white), for 0 ≤ sample ≤ top < 2¹⁶, top > 0 and white < 2¹⁶.
constexpr std::uint32_t scaled_sample(std::uint32_t sample, std::uint32_t top, std::uint32_t white) {
    return (sample * white + top / 2) / top;
}

}  // namespace glimpse
