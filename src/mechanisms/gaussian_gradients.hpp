#pragma once

#include <vector>

#include "glimpse/gradients.hpp"
#include "glimpse/mechanisms/gaussian.hpp"

namespace glimpse {

/// Those of a Gaussian that can be lowered. Throws `InvalidParameter` where it is turned.
std::vector<ParameterGradient> gradients(const Gaussian& gaussian, Size image);

}  // namespace glimpse
