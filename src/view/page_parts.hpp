#pragma once

#include <array>
#include <span>
#include <string_view>

namespace glimpse {

/// A source file of the page, as it was when the program was built.
struct PagePart {
    std::string_view text{};
    std::span<const unsigned char> hash{};  ///< its SHA-256
};

/// The page's scripts, in the order in which they run: each uses those before it.
inline constexpr std::array<std::string_view, 5> page_scripts{"page_data.js", "page_elements.js",
                                                              "page_list.js", "page_detail.js", "page.js"};

/// "page.html", "page.css" or one of `page_scripts`; empty for any other.
PagePart page_part(std::string_view name);

}  // namespace glimpse
