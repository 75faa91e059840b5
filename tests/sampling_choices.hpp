#pragma once

#include <array>

#include "glimpse/sampling.hpp"

// All that a sampler can be told, for tests that try everything.

namespace glimpse {

constexpr std::array all_interpolations{Interpolation::nearest, Interpolation::bilinear,
                                        Interpolation::bicubic};
constexpr std::array all_paddings{Padding::zeros, Padding::border, Padding::reflection};

}  // namespace glimpse
