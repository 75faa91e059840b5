#pragma once

#include <cstdint>
#include <optional>

#include "glimpse/linear_map.hpp"

namespace glimpse::conversion {

/// ‖A - B‖ / ‖A‖ of two maps of equal sizes, Frobenius' norms; none where one of both, or an axis of it, has
/// more than `most` weights that are not 0, or A has none at all and B has some.
std::optional<double> relative_distance(const LinearMap& a, const LinearMap& b, std::int64_t most);

}  // namespace glimpse::conversion
