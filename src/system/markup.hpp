#pragma once

#include <string>
#include <string_view>

namespace glimpse {

/// A text as XML and HTML have it, in an element or in an attribute between double quotes.
inline std::string escaped_for_markup(std::string_view text) {
    std::string safe;
    for (const char character : text) {
        switch (character) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            default:
                safe += character;
        }
    }
    return safe;
}

}  // namespace glimpse
