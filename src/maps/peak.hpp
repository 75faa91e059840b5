#pragma once

#include <optional>
#include <variant>

#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse {

/// Of a weighed image or its sum: the middle of the pixel whose weight has the greatest magnitude, of several
/// the one that is nearest to their mean; edge coordinates. None where all weights are 0, and of other maps.
GLIMPSE_EXPORT std::optional<Point> peak(const LinearMap& map);

/// Whether the map is of these kinds.
inline bool is_weighed(const LinearMap& map) {
    return std::holds_alternative<Weights>(map.kind) || std::holds_alternative<WeightedSum>(map.kind);
}

}  // namespace glimpse
