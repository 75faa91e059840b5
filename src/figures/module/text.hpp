#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glimpse {

/// The width in pixels of a text with that cap height.
int text_width(const std::string& text, int letter);

/// What stands for the part of a text that is left out.
inline constexpr std::string_view ellipsis = "…";

/// The text, its middle elided where it is wider than `width` pixels; empty where not even that fits, where
/// nothing of it can be seen, or where there is no font.
std::string elided(const std::string& text, int letter, int width);

/// The texts, each elided to `width` pixels. Where different ones would be the same then, what their
/// beginnings have in common is cut instead, and what follows shown as far as it goes, so that they stay
/// different wherever there is room for a letter between two ellipses.
std::vector<std::string> elided_apart(const std::vector<std::string>& texts, int letter, int width);

}  // namespace glimpse
