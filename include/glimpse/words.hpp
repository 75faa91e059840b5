#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"

// Words for messages.

namespace glimpse {

/// The words with `between` between them: "png, npy, webp".
template <typename Words>
GLIMPSE_EXPORT std::string join(const Words& words, std::string_view between = ", ") {
    std::string joined;
    std::string_view separator;
    for (const auto& word : words) {
        joined.append(separator).append(word);
        separator = between;
    }
    return joined;
}

/// "TEXT (REASON)"; the text alone where there is no reason.
GLIMPSE_EXPORT std::string with_reason(std::string text, std::string_view reason);

/// The most bytes of a message: beyond, what it quotes is worth less than the rest.
inline constexpr std::size_t longest_message = 500;

/// The text, or where it has more than `most` bytes its beginning and its end, at whole characters of UTF-8,
/// and between them " [… N bytes …] ", N being how many are left out. Of at most `most` + 40 bytes.
GLIMPSE_EXPORT std::string shortened(std::string_view text, std::size_t most);

/// How many bytes the character has that `text` begins with, as UTF-8 is well-formed (Unicode, table 3-7); 0
/// where it begins with none.
GLIMPSE_EXPORT std::size_t character_length(std::string_view text);

/// Whether the byte at `k` belongs to a control character: U+0000 to U+001F, U+007F, or in UTF-8 U+0080 to
/// U+009F.
GLIMPSE_EXPORT bool is_control(std::string_view text, std::size_t k);

/// The candidate with the least number of letters to insert, delete, replace or swap with their neighbours
/// (Damerau-Levenshtein distance); empty where more than one letter in three would change.
GLIMPSE_EXPORT std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "; did you mean WORD?" with the nearest candidate between `before` and `after`; empty where none is near.
GLIMPSE_EXPORT std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates,
                                        std::string_view before = {}, std::string_view after = {});

/// The fewest digits that are parsed as the same number: "0.1", "1e20", "nan", and "0" for -0. Without an
/// exponent where 1e-5 ≤ |number| < 1e15.
GLIMPSE_EXPORT std::string number_text(double number);
GLIMPSE_EXPORT std::string number_text(float number);

/// "2^28" for a power of two; any other number in its digits.
GLIMPSE_EXPORT std::string power_of_two(std::uint64_t number);

/// The id of what has none of its own: its position, from 0, in three digits or as many as it takes.
GLIMPSE_EXPORT std::string position_id(std::size_t position);

}  // namespace glimpse
