#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/lane_types.hpp"

// Portable: no intrinsics.

namespace glimpse {
namespace {

/// Eight neighbouring values.
template <typename T>
GLIMPSE_INLINE Lanes load(const T* from) {
    Lanes values;
    if constexpr (std::is_same_v<T, float>) {
        std::memcpy(&values, from, sizeof values);
    } else {
        for (int n = 0; n < lane_count; ++n) values[n] = static_cast<float>(from[n]);
    }
    return values;
}

/// Rounded half to even and saturated, NaN as 0; float as it is.
template <typename T>
GLIMPSE_INLINE void store(Lanes values, T* to) {
    if constexpr (std::is_same_v<T, float>) {
        std::memcpy(to, &values, sizeof values);
    } else {
        constexpr float high = sizeof(T) == 1 ? 255.0F : 65535.0F;
        values = values > 0.0F ? values : Lanes{};
        values = values < high ? values : Lanes{} + high;
        // From 2^23 on a float has no fraction: adding it rounds half to even.
        constexpr float two_to_the_23 = 8388608.0F;
        values = (values + two_to_the_23) - two_to_the_23;
        for (int n = 0; n < lane_count; ++n) to[n] = static_cast<T>(values[n]);
    }
}

}  // namespace
}  // namespace glimpse
