#pragma once

#include <cstdint>
#include <utility>

#include "glimpse/gradients.hpp"

// What the gradients of all mechanisms are made of.

namespace glimpse {

/// A derivative, whose padding is that of the glimpse.
inline Lowered gradient_term(const Lowered& glimpse, MapKind kind) {
    return {.map = {.image = glimpse.map.image, .glimpse = glimpse.map.glimpse, .kind = std::move(kind)},
            .full_weight = 0,
            .fill = glimpse.fill};
}

/// The bytes that a matrix of so many weights takes, at most.
constexpr std::int64_t sparse_memory(double weights) {
    constexpr double as_lists_grow = 2;
    constexpr double most = 0x1p62;
    const double bytes = weights * as_lists_grow * double(sizeof(SparseMatrix::Entry));
    return static_cast<std::int64_t>(bytes < most ? bytes : most);
}

}  // namespace glimpse
