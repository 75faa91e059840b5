#pragma once

#include <string>
#include <string_view>

#include "glimpse/export.hpp"

// Texts that are put together of parts, some of which may be read from right to left.

namespace glimpse {

/// First strong isolate, and pop directional isolate.
inline constexpr std::string_view isolate_begin = "\u2068";
inline constexpr std::string_view isolate_end = "\u2069";

/// The text between these two where it has a character of a script that is written from right to
/// left, or one that says so: then it does not change the order of what stands beside it, digits and signs
/// above all. Any other text as it is, and one that has an isolate already.
GLIMPSE_EXPORT std::string isolated(const std::string& text);

}  // namespace glimpse
