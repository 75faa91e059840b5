#include "glimpse/score.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "system/minus_signs.hpp"

namespace glimpse {

namespace {

/// The exponent of ten with which a number is written in two digits.
int exponent_of(double value) {
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 1);
    const char* const exponent = text.data() + std::string_view(text.data(), end.ptr).find('e') + 1;
    int number = 0;
    // `from_chars` takes no plus sign.
    std::from_chars(exponent + (*exponent == '+' ? 1 : 0), end.ptr, number);
    return number;
}

}  // namespace

std::string Score::text() const {
    if (!is_given()) return {};
    constexpr double least_of_two_decimals = 0.1;
    constexpr double many_digits = 1e9;
    constexpr int least_exponent = -4;  // of what is written without one
    const double size = std::abs(value_);
    const double value = size == 0 ? 0 : value_;
    std::array<char, 32> text{};
    char* const room = text.data() + text.size();
    // Not by the locale, which may write a comma.
    std::to_chars_result end{};
    if (size >= many_digits) {
        end = std::to_chars(text.data(), room, value);
    } else if (size == 0 || size >= least_of_two_decimals) {
        end = std::to_chars(text.data(), room, value, std::chars_format::fixed, 2);
    } else if (const int exponent = exponent_of(size); exponent >= least_exponent) {
        end = std::to_chars(text.data(), room, value, std::chars_format::fixed, 1 - exponent);
    } else {
        end = std::to_chars(text.data(), room, value, std::chars_format::scientific, 1);
    }
    return with_minus_signs({text.data(), end.ptr});
}

}  // namespace glimpse
