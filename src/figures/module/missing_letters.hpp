#pragma once

#include "glimpse/figure.hpp"

namespace glimpse {

/// Adds the figure's to what `figures::letters_without_font` tells. Thread-safe.
void note_letters_without_font(const Figure& figure);

}  // namespace glimpse
