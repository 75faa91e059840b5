#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace glimpse {

/// The number in up to eight bytes, the most significant first.
inline std::size_t big_endian(std::span<const std::uint8_t> bytes) {
    std::size_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return number;
}

/// The number in up to eight bytes, the least significant first.
inline std::size_t little_endian(std::span<const std::uint8_t> bytes) {
    std::size_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | bytes[i];
    return number;
}

}  // namespace glimpse
