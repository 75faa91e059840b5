#pragma once

#include "glimpse/comparing.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// A row for each mechanism: its glimpse, its map on the part of the image around it, the ends of its basin,
/// and columns of numbers; what was not compared has no column. Throws `Error` where there is no module that
/// draws.
Figure comparison_figure(const Comparison& comparison, const Image& image);

}  // namespace glimpse
