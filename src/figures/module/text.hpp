#pragma once

#include <string>

namespace glimpse {

/// The width in pixels of a text with that cap height.
int text_width(const std::string& text, int letter);

/// The text, its middle elided where it is wider than `width` pixels; empty where not even that fits, or
/// where there is no font.
std::string elided(const std::string& text, int letter, int width);

}  // namespace glimpse
