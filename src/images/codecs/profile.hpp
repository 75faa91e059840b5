#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace glimpse {

/// Whether an ICC profile is of the colour space of so many channels, of which two and four end with alpha: a
/// profile of press inks says nothing of RGB. (ICC.1:2022, 7.2.6: the space is named in bytes 16 to 19.)
inline bool is_profile_of(std::span<const std::uint8_t> profile, int channels) {
    constexpr std::size_t begin = 16;
    constexpr std::size_t length = 4;
    if (profile.size() < begin + length) return false;
    const std::string_view space(reinterpret_cast<const char*>(profile.data()) + begin, length);
    return space == (channels <= 2 ? "GRAY" : "RGB ") && channels <= 4;
}

}  // namespace glimpse
