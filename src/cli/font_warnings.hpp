#pragma once

#include <optional>
#include <string>

namespace glimpse::cli {

/// That figures have no texts; none where there is a font, or where nothing draws, which each image tells.
std::optional<std::string> no_font_warning();

/// What the figures that were drawn show as numbers in place of letters, if anything.
std::optional<std::string> missing_letters_warning();

}  // namespace glimpse::cli
