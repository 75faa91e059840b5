#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glimpse {

/// U+2212.
inline constexpr std::string_view minus_sign = "\u2212";

/// A number's text with U+2212 for each hyphen, as numbers are printed.
inline std::string with_minus_signs(std::string number) {
    for (std::size_t at = 0; (at = number.find('-', at)) != std::string::npos;) {
        number.replace(at, 1, minus_sign);
    }
    return number;
}

}  // namespace glimpse
