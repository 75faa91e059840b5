#pragma once

#include <optional>
#include <string_view>

namespace glimpse {

/// Reads a number as people write one, with a plus sign or without, off the front of a text; none, and
/// nothing read, where the text does not begin with one. It may be infinite or NaN.
std::optional<double> take_number(std::string_view& text);

}  // namespace glimpse
