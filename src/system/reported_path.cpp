#include "system/reported_path.hpp"

#include <algorithm>
#include <cstddef>

namespace glimpse {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view digits = "0123456789ABCDEF";

/// How many bytes the character has that `text` begins with, as UTF-8 is well-formed (Unicode, table 3-7); 0
/// where it begins with none.
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

}  // namespace

std::string reported_path(std::string_view path) {
    std::string reported;
    while (!path.empty()) {
        const std::size_t length = character_length(path);
        const std::string_view character = path.substr(0, std::max<std::size_t>(length, 1));
        path.remove_prefix(character.size());
        if (length > 0 && character != replacement) {
            reported += character;
            continue;
        }
        for (const char c : character) {
            const auto value = static_cast<unsigned char>(c);
            reported += replacement;
            reported += digits[value / 16];
            reported += digits[value % 16];
        }
    }
    return reported;
}

std::string path_of_reported(std::string_view reported) {
    constexpr std::size_t length = replacement.size() + 2;
    std::string path;
    while (!reported.empty()) {
        const auto digit = [&](std::size_t k) { return digits.find(reported[replacement.size() + k]); };
        const bool is_byte = reported.size() >= length && reported.starts_with(replacement) &&
                             digit(0) != digits.npos && digit(1) != digits.npos;
        path += is_byte ? static_cast<char>(16 * digit(0) + digit(1)) : reported.front();
        reported.remove_prefix(is_byte ? length : 1);
    }
    return path;
}

}  // namespace glimpse
