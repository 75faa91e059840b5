#pragma once

#include "glimpse/gradients.hpp"
#include "glimpse/mechanisms/gaussian.hpp"

namespace glimpse {

/// Throws `InvalidParameter` where it is turned.
void require_gradients(const Gaussian& gaussian);

/// Of one that has them. Throws as `lower`.
void for_each_gradient(const Gaussian& gaussian, Size image, const VisitGradient& visit);

}  // namespace glimpse
