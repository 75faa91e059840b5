#pragma once

#include <string>
#include <string_view>

namespace glimpse {

/// The width in pixels of a text with that cap height.
int text_width(const std::string& text, int letter);

/// What stands for the part of a text that is left out.
inline constexpr std::string_view ellipsis = "…";

/// The ellipsis for a part of a text (UTF-8), with the marks that part has of isolates (U+2068, U+2069) which
/// begin before it, or end behind it, so that none is cut in half.
std::string left_out(std::string_view part);

/// The text, its middle elided where it is wider than `width` pixels; empty where not even that fits, where
/// nothing of it can be seen, or where there is no font.
std::string elided(const std::string& text, int letter, int width);

}  // namespace glimpse
