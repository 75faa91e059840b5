#pragma once

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

}  // namespace glimpse
