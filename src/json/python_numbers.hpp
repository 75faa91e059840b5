#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Numbers of JSON as Python writes and reads them, at which the library's parser stops: NaN, infinities, and
// what is beyond float64.

namespace glimpse::json {

/// The text with substitutes for such numbers, strings of the same length, so that places in messages stay
/// true; empty where it has none.
std::string with_substitutes(std::string_view text);

/// What a string, without its quotes, stands for as a substitute; none where it is no substitute.
std::optional<double> substitute_meaning(std::string_view text);

/// The end of the string literal that begins at `begin`, beyond its closing quote.
std::size_t literal_end(std::string_view text, std::size_t begin);

}  // namespace glimpse::json
