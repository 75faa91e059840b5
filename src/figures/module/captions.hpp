#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace glimpse {

/// The texts of one figure, each `elided` to `width` pixels, so that different texts stay different. Where
/// they would not, those are shown by what tells them apart: the letters at which they branch off from one
/// another in the order of their letters, each with as much of what stands around it as there is room for,
/// and ellipses between them; a number behind a space whole or not at all, unless they differ in it. Texts
/// for which even one letter each is too wide are numbered, "(2)", and are alike only where that has no room.
/// n log n in the number of texts.
std::vector<std::string> elided_apart(std::span<const std::string> texts, int letter, int width);

/// The width with which `elided_apart` surely has room for as many different texts: an ellipsis, a letter and
/// a number.
int telling_width(std::size_t texts, int letter);

}  // namespace glimpse
