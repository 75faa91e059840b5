#include "system/reported_path.hpp"

#include <algorithm>
#include <cstddef>

#include "glimpse/words.hpp"

namespace glimpse {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view digits = "0123456789ABCDEF";

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
