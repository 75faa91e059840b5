#include "glimpse/words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <vector>

#include "system/utf8.hpp"

namespace glimpse {

namespace {

/// The least number of letters to insert, delete, replace, or swap with their neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

template <typename Real>
std::string shortest_text(Real number) {
    constexpr Real least = Real(1e-5);
    constexpr Real beyond = Real(1e15);
    number += Real(0);  // -0 is 0
    const Real size = std::abs(number);
    const bool plain = size == 0 || (size >= least && size < beyond);
    std::array<char, 32> text{};
    // The general format alone turns 100000 into 1e+05.
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), number,
                                              plain ? std::chars_format::fixed : std::chars_format::general);
    std::string words(text.data(), end);
    // "1e-07" and "1e+20" are 1e-7 and 1e20.
    if (const std::size_t exponent = words.find('e'); exponent != std::string::npos) {
        const std::size_t digits = words.find_first_not_of("+-0", exponent + 1);
        words.replace(exponent + 1, digits - exponent - 1, words[exponent + 1] == '-' ? "-" : "");
    }
    return words;
}

}  // namespace

std::string with_reason(std::string text, std::string_view reason) {
    if (!reason.empty()) text.append(" (").append(reason).append(")");
    return text;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    const std::size_t begin = character_begin(text, most / 2);
    const std::size_t end = character_end(text, text.size() - (most - most / 2));
    return std::string(text.substr(0, begin)) + " [… " + std::to_string(end - begin) + " bytes …] " +
           std::string(text.substr(end));
}

std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t k) -> unsigned {
        return k < text.size() ? static_cast<unsigned char>(text[k]) : 0;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    // No longer forms of a character, no surrogates, and none beyond U+10FFFF.
    const unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (length == 0 || byte(1) < least || byte(1) > most) return 0;
    for (std::size_t k = 2; k < length; ++k) {
        if (byte(k) < 0x80 || byte(k) > 0xBF) return 0;
    }
    return length;
}

bool is_control(std::string_view text, std::size_t k) {
    const auto at = [&](std::size_t place) {
        return place < text.size() ? static_cast<unsigned char>(text[place]) : 0x20;
    };
    const auto begins_c1 = [&](std::size_t place) {
        return at(place) == 0xC2 && at(place + 1) >= 0x80 && at(place + 1) < 0xA0;
    };
    return at(k) < 0x20 || at(k) == 0x7F || begins_c1(k) || (k > 0 && begins_c1(k - 1));
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest = 64;  // no candidate is longer, so that none is near to a longer word
    if (word.size() > longest) return {};
    std::size_t least = longest;
    std::string_view found;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        // One wrong letter in three is a slip; more is another word.
        if (distance < least && 3 * distance <= std::max(word.size(), candidate.size())) {
            least = distance;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates,
                         std::string_view before, std::string_view after) {
    const std::string_view found = nearest(word, candidates);
    if (found.empty()) return {};
    return "; did you mean " + std::string(before).append(found).append(after) + "?";
}

std::string number_text(double number) {
    return shortest_text(number);
}

std::string number_text(float number) {
    return shortest_text(number);
}

std::string power_of_two(std::uint64_t number) {
    return "2^" + std::to_string(std::countr_zero(number));
}

std::string position_id(std::size_t position) {
    const std::string digits = std::to_string(position);
    return std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

}  // namespace glimpse
