#pragma once

#include <cstdint>
#include <cstring>

#include GLIMPSE_CONVERSIONS
#include "kernels/kernels.hpp"
#include "kernels/lane_types.hpp"

// Operations on eight lanes. All are inlined and have internal linkage, so that instruction sets share no
// code. GLIMPSE_CONVERSIONS names the header of this set's loads and stores.

namespace glimpse {
namespace {

GLIMPSE_INLINE Lanes broadcast(float value) {
    return Lanes{value, value, value, value, value, value, value, value};
}

GLIMPSE_INLINE DoubleLanes broadcast(double value) {
    return DoubleLanes{value, value, value, value};
}

/// In every lane. (Not + 0, which changes -0, and so is left in by compilers.)
GLIMPSE_INLINE WideLanes wide(double value) {
    return value - WideLanes{};
}

GLIMPSE_INLINE WideLanes load_wide(const double* from) {
    WideLanes values;
    std::memcpy(&values, from, sizeof values);
    return values;
}

GLIMPSE_INLINE void store(WideLanes values, double* to) {
    std::memcpy(to, &values, sizeof values);
}

/// Stores as many x and y, by turns.
template <typename Values>
GLIMPSE_INLINE void store_pairs(Values x, Values y, double* to) {
    constexpr int count = sizeof(Values) / sizeof(double);
    Values first;
    Values second;
    if constexpr (count == 8) {
        first = __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11);
        second = __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15);
    } else if constexpr (count == 4) {
        first = __builtin_shufflevector(x, y, 0, 4, 1, 5);
        second = __builtin_shufflevector(x, y, 2, 6, 3, 7);
    } else {
        first = __builtin_shufflevector(x, y, 0, 2);
        second = __builtin_shufflevector(x, y, 1, 3);
    }
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + count, &second, sizeof second);
}

/// Stores the first `count` lanes only.
template <typename T>
GLIMPSE_INLINE void store_partial(Lanes values, T* to, int count) {
    T all[lane_count];
    store(values, all);
    std::memcpy(to, all, static_cast<std::size_t>(count) * sizeof(T));
}

/// Transposes an 8×8 block in registers.
GLIMPSE_INLINE void transpose(Lanes (&r)[lane_count]) {
    Lanes t[lane_count];
    Lanes u[lane_count];
    for (int k = 0; k < lane_count; k += 2) {
        t[k] = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int k = 0; k < lane_count; k += 4) {
        for (int n = 0; n < 2; ++n) {
            u[k + 2 * n] = __builtin_shufflevector(t[k + n], t[k + n + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            u[k + 2 * n + 1] = __builtin_shufflevector(t[k + n], t[k + n + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int k = 0; k < lane_count / 2; ++k) {
        r[k] = __builtin_shufflevector(u[k], u[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[k + 4] = __builtin_shufflevector(u[k], u[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/// Calls visit with a null pointer to the element's type, as a tag.
template <typename Visit>
GLIMPSE_INLINE void with_element(Element element, Visit&& visit) {
    switch (element) {
        case Element::uint8:
            return visit(static_cast<std::uint8_t*>(nullptr));
        case Element::uint16:
            return visit(static_cast<std::uint16_t*>(nullptr));
        case Element::float32:
            return visit(static_cast<float*>(nullptr));
    }
}

/// Line y of T.
template <typename T>
GLIMPSE_INLINE const T* line_of(const Lines& lines, std::ptrdiff_t y) {
    return reinterpret_cast<const T*>(static_cast<const unsigned char*>(lines.data) + y * lines.step);
}
template <typename T>
GLIMPSE_INLINE T* line_of(const OutLines& lines, std::ptrdiff_t y) {
    return reinterpret_cast<T*>(static_cast<unsigned char*>(lines.data) + y * lines.step);
}

}  // namespace
}  // namespace glimpse
