#pragma once

#include "glimpse/gradients.hpp"
#include "glimpse/mechanisms/gaussian.hpp"

namespace glimpse {

/// By the numbers of its form. Throws as `lower`.
void for_each_gradient(const Gaussian& gaussian, Size image, const VisitGradient& visit);

}  // namespace glimpse
