#pragma once

#include <optional>

#include "glimpse/mechanisms/crop.hpp"

// Which pixels a crop has.

namespace glimpse {

/// The box in whole pixels. Throws `InvalidParameter` where its edges are so far away that they saturate.
Rectangle rounded_to_pixels(const Box& box);

/// Where both lists are equally spaced.
std::optional<Affine> matrix_of(const Crop::IndexForm& form);

}  // namespace glimpse
