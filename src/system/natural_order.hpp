#pragma once

#include <string_view>

#include "glimpse/export.hpp"

namespace glimpse {

/// Whether a path comes before another as people count: component by component, "/" before any other
/// character, and runs of digits by their value, "frame2.png" before "frame10.png". Paths that differ in
/// leading zeros only are ordered by their bytes. A strict total order.
GLIMPSE_EXPORT bool comes_before(std::string_view path, std::string_view other);

}  // namespace glimpse
