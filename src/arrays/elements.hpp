#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

#include "glimpse/array.hpp"

// Numbers out of bytes.

namespace glimpse {

template <typename T>
T element_bits(const std::uint8_t* bytes, bool swapped) {
    std::array<std::uint8_t, sizeof(T)> raw;
    std::copy_n(bytes, sizeof(T), raw.begin());
    if (swapped) std::ranges::reverse(raw);
    return std::bit_cast<T>(raw);
}

/// The number at `bytes`, which need not be aligned.
template <typename To>
To element(const std::uint8_t* bytes, ElementType type) {
    const auto as = [&]<typename From>(From /*type*/) {
        return static_cast<To>(element_bits<From>(bytes, type.swapped));
    };
    switch (type.kind) {
        case ElementType::Kind::boolean:
            return static_cast<To>(*bytes != 0);
        case ElementType::Kind::natural:
            if (type.size == 1) return as(std::uint8_t{});
            if (type.size == 2) return as(std::uint16_t{});
            return type.size == 4 ? as(std::uint32_t{}) : as(std::uint64_t{});
        case ElementType::Kind::integer:
            if (type.size == 1) return as(std::int8_t{});
            if (type.size == 2) return as(std::int16_t{});
            return type.size == 4 ? as(std::int32_t{}) : as(std::int64_t{});
        case ElementType::Kind::brain: {
            const std::uint32_t upper = element_bits<std::uint16_t>(bytes, type.swapped);
            return static_cast<To>(std::bit_cast<float>(upper << 16));
        }
        case ElementType::Kind::real:
            break;
    }
    if (type.size == 2) {
        const float half = std::bit_cast<cv::float16_t>(element_bits<std::uint16_t>(bytes, type.swapped));
        return static_cast<To>(half);
    }
    return type.size == 4 ? as(float{}) : as(double{});
}

}  // namespace glimpse
