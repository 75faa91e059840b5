#include "system/numbers.hpp"

#include <charconv>

namespace glimpse {

std::optional<double> take_number(std::string_view& text) {
    std::string_view left = text;
    if (left.starts_with('+') && !left.starts_with("+-")) left.remove_prefix(1);
    double number = 0;
    const auto [end, failure] = std::from_chars(left.data(), left.data() + left.size(), number);
    if (failure != std::errc()) return std::nullopt;
    text = left.substr(static_cast<std::size_t>(end - left.data()));
    return number;
}

std::optional<double> parse_number(std::string_view text) {
    const std::optional<double> number = take_number(text);
    return text.empty() ? number : std::nullopt;
}

}  // namespace glimpse
