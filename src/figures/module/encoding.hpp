#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/figure.hpp"

namespace glimpse {

/// A PDF of one page.
std::vector<std::uint8_t> pdf_of(Figure figure);

/// An SVG whose texts are `<text>`, in the families that they were laid out with, and as wide as then.
std::vector<std::uint8_t> svg_of(Figure figure);

}  // namespace glimpse
