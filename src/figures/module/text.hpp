#pragma once

#include <string>
#include <string_view>

namespace glimpse {

/// The width in pixels of a text with that cap height.
int text_width(const std::string& text, int letter);

/// What stands for the part of a text that is left out.
inline constexpr std::string_view ellipsis = "…";

/// The text, its middle elided where it is wider than `width` pixels; empty where not even that fits, where
/// nothing of it can be seen, or where there is no font.
std::string elided(const std::string& text, int letter, int width);

}  // namespace glimpse
