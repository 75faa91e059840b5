#pragma once

#include "glimpse/mechanisms/crop.hpp"
#include "glimpse/mechanisms/retina.hpp"

namespace glimpse {

/// The centre, edge coordinates.
Point in_pixels(const Retina::CentreForm& form, Size image);

/// The crop that a window of a retina is; `image` does not matter where the retina is placed in pixels.
Crop crop_of_window(const Retina& retina, int window, Size image);

}  // namespace glimpse
