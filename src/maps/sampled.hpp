#pragma once

#include "glimpse/linear_map.hpp"

namespace glimpse {

/// An image of `image` pixels sampled on the w×h points of a glimpse: `Separable` where the affine map is
/// axis-aligned, for which each axis is sampled once, and the samples themselves otherwise.
MapKind sampled(Samples samples, Size image, Size glimpse);

}  // namespace glimpse
