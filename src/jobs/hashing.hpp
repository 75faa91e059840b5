#pragma once

#include <cstdint>
#include <string_view>

namespace glimpse {

/// FNV-1a in 64 bits: the same on every machine, as the standard library's need not be.
constexpr std::uint64_t fnv_1a(std::string_view text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}

}  // namespace glimpse
