#pragma once

#include "glimpse/export.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// `has_border` of what the mechanism is lowered to, which is the same for every image.
GLIMPSE_EXPORT bool has_border(const Mechanism& mechanism);

}  // namespace glimpse
