#pragma once

#include <cstddef>
#include <string_view>

// Where a text may be cut, k ≤ its length. Steps are bounded, since bytes that are not UTF-8 may all seem to
// continue a character.

namespace glimpse {

/// Whether a byte continues a character that begins before it.
inline bool continues_character(std::string_view text, std::size_t k) {
    return k < text.size() && (static_cast<unsigned char>(text[k]) & 0xC0) == 0x80;
}

/// A character's most bytes after the first.
inline constexpr int most_continuing = 3;

/// `k`, or the beginning of the character that is cut there.
inline std::size_t character_begin(std::string_view text, std::size_t k) {
    for (int step = 0; step < most_continuing && k > 0 && continues_character(text, k); ++step) --k;
    return k;
}

/// `k`, or the end of the character that is cut there.
inline std::size_t character_end(std::string_view text, std::size_t k) {
    for (int step = 0; step < most_continuing && continues_character(text, k); ++step) ++k;
    return k;
}

}  // namespace glimpse
