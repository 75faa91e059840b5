#include "json/python_numbers.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace glimpse::json {
namespace {

/// The library's parser stops at NaN, and at numbers beyond float64. A string of the same length stands in
/// for them, so that places in messages stay true: DELs, which occur in no text that people write, but for
/// the last of several, which is the sign of an infinity.
constexpr char substitute_mark = '\x7f';

std::string substitute(double number, std::size_t length) {
    std::string text(length, substitute_mark);
    text.front() = text.back() = '"';
    if (!std::isnan(number)) text[length - 2] = number > 0 ? '+' : '-';
    return text;
}

/// Of a word that the text begins with. The shortest number beyond float64 has five characters, 1e309, so
/// that each has room for quotes, a mark and a sign.
struct NonFinite {
    std::size_t length;
    double value;
};

std::optional<NonFinite> non_finite_number(std::string_view text) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text.starts_with("NaN")) return NonFinite{3, std::numeric_limits<double>::quiet_NaN()};
    if (text.starts_with("Infinity")) return NonFinite{8, infinity};
    if (text.starts_with("-Infinity")) return NonFinite{9, -infinity};
    const std::size_t length = std::min(text.find_first_not_of("+-.0123456789eE"), text.size());
    const double value = std::strtod(std::string(text.substr(0, length)).c_str(), nullptr);
    if (std::isinf(value)) return NonFinite{length, value};
    return std::nullopt;
}

/// Whether the text may have a number beyond float64: an exponent of three digits, or very many digits.
bool may_overflow(std::string_view text) {
    constexpr std::size_t least_of_exponent = 3;
    constexpr std::size_t least_without = std::numeric_limits<double>::max_exponent10 + 1;
    std::size_t digits = 0;
    bool is_exponent = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            if (++digits == (is_exponent ? least_of_exponent : least_without)) return true;
            continue;
        }
        const bool follows_exponent = is_exponent && digits == 0 && c == '+';
        if (follows_exponent) continue;
        is_exponent = (c == 'e' || c == 'E') && digits > 0;
        digits = 0;
    }
    return false;
}

}  // namespace

std::size_t literal_end(std::string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
}

std::optional<double> substitute_meaning(std::string_view text) {
    if (!text.starts_with(substitute_mark)) return std::nullopt;
    if (text.find_first_not_of(substitute_mark) == std::string_view::npos)
        return std::numeric_limits<double>::quiet_NaN();
    if (text.find_first_not_of(substitute_mark) != text.size() - 1) return std::nullopt;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text.ends_with('+')) return infinity;
    return text.ends_with('-') ? std::optional(-infinity) : std::nullopt;
}

std::string with_substitutes(std::string_view text) {
    std::string replaced;
    const auto contains = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
    // Most texts have none, and these are long.
    if (!contains("NaN") && !contains("Infinity") && !may_overflow(text)) return replaced;
    const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; };
    for (std::size_t n = 0; n < text.size();) {
        if (text[n] == '"') {
            n = literal_end(text, n);
            continue;
        }
        if (text.substr(n).starts_with("//") || text.substr(n).starts_with("/*")) {
            const std::string_view end = text[n + 1] == '/' ? "\n" : "*/";
            n = std::min(text.find(end, n + 2), text.size() - end.size()) + end.size();
            continue;
        }
        if (!in_word(text[n])) {
            ++n;
            continue;
        }
        if (const auto number = non_finite_number(text.substr(n))) {
            if (replaced.empty()) replaced = text;
            replaced.replace(n, number->length, substitute(number->value, number->length));
            n += number->length;
        }
        while (n < text.size() && (in_word(text[n]) || text[n] == '.' || text[n] == '+')) ++n;
    }
    return replaced;
}

}  // namespace glimpse::json
