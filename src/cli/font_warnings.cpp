#include "cli/font_warnings.hpp"

#include "glimpse/error.hpp"
#include "glimpse/figure.hpp"

namespace glimpse::cli {

std::optional<std::string> no_font_warning() {
    try {
        if (has_fonts()) return std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
    return "figures have no texts, since fontconfig finds no font; install one, such as Debian's "
           "fonts-dejavu-core";
}

std::optional<std::string> missing_letters_warning() {
    LettersWithoutFont missing;
    try {
        missing = letters_without_font();
    } catch (const Error&) {
        return std::nullopt;  // nothing was drawn
    }
    if (missing.letters == 0) return std::nullopt;
    return "figures show boxes with numbers for " + std::to_string(missing.letters) +
           (missing.letters == 1 ? " letter" : " letters") + ", since no font that fontconfig finds has " +
           (missing.letters == 1 ? "it" : "them") + " (" + missing.first +
           "); install one for that script, such as Debian's fonts-noto-core or fonts-noto-cjk";
}

}  // namespace glimpse::cli
