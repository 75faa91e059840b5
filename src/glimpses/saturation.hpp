#pragma once

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// Whether a glimpse's values may leave the range of the image's: by weights that are negative or sum to more
/// than 1, by a bias or by a transition. That interpolation kernels overshoot does not count.
GLIMPSE_EXPORT bool may_saturate(const Lowered& lowered);

}  // namespace glimpse
