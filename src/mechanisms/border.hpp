#pragma once

#include "glimpse/export.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// `has_border` of what the mechanism is lowered to, which is the same for every image.
GLIMPSE_EXPORT bool has_border(const Mechanism& mechanism);

/// Whether it weighs pixels, so that its attention is a picture of its own: what has no border, and
/// Gaussians, whose filters reach beyond theirs.
GLIMPSE_EXPORT bool is_soft(const Mechanism& mechanism);

}  // namespace glimpse
