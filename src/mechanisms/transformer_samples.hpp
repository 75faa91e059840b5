#pragma once

#include <vector>

#include "glimpse/linear_map.hpp"
#include "glimpse/mechanisms/spatial_transformer.hpp"

// What a transformer is lowered to, step by step.

namespace glimpse {

/// The glimpse's size: its own, or that of its box or warp. Throws as `rounded_size` and `own_size`.
Size glimpse_size(const SpatialTransformer& transformer, Size image);

/// Its sampling points with the kernel that they are read by, of a glimpse of that size.
Samples samples_of(const SpatialTransformer& transformer, Size image, Size glimpse);

/// J of samples whose points are listed, in their order; none of an affine map.
std::vector<SamplingPoints::Jacobian> jacobians_of(const Samples& samples,
                                                   const SpatialTransformer& transformer, Size image,
                                                   Size glimpse);

}  // namespace glimpse
