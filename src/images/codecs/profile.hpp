#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace glimpse {

/// A profile of more bytes is left out, like a damaged one: real ones have a few million at most.
inline constexpr std::size_t largest_profile = std::size_t{16} << 20;

/// Whether an ICC profile's colour space is grey for 1 or 2 channels, or RGB for 3 or 4, alpha being the last
/// of 2 and 4: a profile of press inks says nothing of RGB. (ICC.1:2022, 7.2.6: bytes 16 to 19 name the
/// space.)
inline bool is_profile_of(std::span<const std::uint8_t> profile, int channels) {
    constexpr std::size_t begin = 16;
    constexpr std::size_t length = 4;
    if (profile.size() < begin + length) return false;
    const std::string_view space(reinterpret_cast<const char*>(profile.data()) + begin, length);
    return space == (channels <= 2 ? "GRAY" : "RGB ") && channels <= 4;
}

}  // namespace glimpse
