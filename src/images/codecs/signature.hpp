#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace glimpse {

/// Whether a file begins so.
inline bool starts_with(std::span<const std::uint8_t> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() &&
           std::equal(signature.begin(), signature.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// Whether a file ends so.
inline bool ends_with(std::span<const std::uint8_t> bytes, std::string_view end) {
    return bytes.size() >= end.size() && starts_with(bytes.last(end.size()), end);
}

}  // namespace glimpse
