#include "glimpse/score.hpp"

#include <array>
#include <charconv>

namespace glimpse {

std::string Score::text() const {
    if (!is_given()) return {};
    constexpr double few_decimals = 0.1;
    constexpr double many_digits = 1e4;
    const double size = std::abs(value_);
    const bool is_plain = size == 0 || (size >= few_decimals && size < many_digits);
    const auto format = is_plain ? std::chars_format::fixed : std::chars_format::general;
    const int digits = is_plain || size < 1 ? 2 : 3;
    std::array<char, 32> text{};
    // Not by the locale, which may write a comma.
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), size == 0 ? 0 : value_, format, digits);
    return {text.data(), end.ptr};
}

}  // namespace glimpse
