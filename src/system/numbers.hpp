#pragma once

#include <optional>
#include <string_view>

namespace glimpse {

/// Parses a number, with an optional sign, at the front of `text`, and removes it from there; none, with
/// `text` unchanged, where there is none. It may be infinite or NaN.
std::optional<double> take_number(std::string_view& text);

/// The number that all of the text is, as `take_number` reads it; none for anything else.
std::optional<double> parse_number(std::string_view text);

/// ⌈a / b⌉ for a ≥ 0, b > 0.
template <typename Integer>
constexpr Integer ceil_div(Integer a, Integer b) {
    return (a + b - 1) / b;
}

}  // namespace glimpse
