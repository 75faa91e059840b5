#pragma once

#include <span>
#include <string_view>

namespace glimpse {

/// A source file of the page, as it was when the program was built.
struct PagePart {
    std::string_view text{};
    std::span<const unsigned char> hash{};  ///< its SHA-256
};

/// "page.html", "page.css", "page_data.js", "page_elements.js" or "page.js"; empty for any other.
PagePart page_part(std::string_view name);

}  // namespace glimpse
