#pragma once

#include <algorithm>
#include <string_view>

namespace glimpse {

/// As C's isspace has it.
inline constexpr std::string_view white_space = " \t\n\v\f\r";

/// Without the white space around it, or such other characters.
inline std::string_view trimmed(std::string_view text, std::string_view characters = white_space) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(characters) + 1));
    return text;
}

}  // namespace glimpse
