#include "system/natural_order.hpp"

#include <algorithm>
#include <compare>

namespace glimpse {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int rank(char c) {
    return c == '/' ? 0 : static_cast<unsigned char>(c);
}

/// The digits at the front, without leading zeros; all of them are removed from there.
std::string_view take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit);
    std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

std::strong_ordering compare_values(std::string_view digits, std::string_view others) {
    if (digits.size() != others.size()) return digits.size() <=> others.size();
    return digits <=> others;
}

std::strong_ordering compare(std::string_view path, std::string_view other) {
    while (!path.empty() && !other.empty()) {
        if (is_digit(path.front()) && is_digit(other.front())) {
            const auto order = compare_values(take_digits(path), take_digits(other));
            if (std::is_neq(order)) return order;
        } else {
            const auto order = rank(path.front()) <=> rank(other.front());
            if (std::is_neq(order)) return order;
            path.remove_prefix(1);
            other.remove_prefix(1);
        }
    }
    return path.size() <=> other.size();
}

}  // namespace

bool comes_before(std::string_view path, std::string_view other) {
    const auto order = compare(path, other);
    return std::is_eq(order) ? path < other : std::is_lt(order);
}

}  // namespace glimpse
