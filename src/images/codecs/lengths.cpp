#include "images/codecs/lengths.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

/// Marker by marker (ITU-T T.81, annex B). A picture of several (CIPA DC-007) is one: its index has the
/// marker APP2 and the name "MPF".
std::size_t jpeg_length(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t start_of_image = 0xD8;
    constexpr std::uint8_t end_of_image = 0xD9;
    constexpr std::uint8_t application_2 = 0xE2;
    // Of entropy-coded data: a byte of 0xFF, and restarts.
    const auto is_data = [](std::uint8_t marker) {
        return marker == 0 || (marker >= 0xD0 && marker <= 0xD7);
    };
    for (std::size_t at = 2; at + 1 < bytes.size();) {
        const std::uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xFF || marker == 0xFF) {
            ++at;
        } else if (marker == end_of_image) {
            return at + 2;
        } else if (marker == start_of_image) {
            return at;  // this one has been cut off
        } else if (is_data(marker) || marker == 1) {
            at += 2;
        } else {
            if (bytes.size() - at < 4) break;
            if (marker == application_2 && starts_with(bytes.subspan(at + 4), std::string_view("MPF\0", 4)))
                break;
            at += 2 + big_endian(bytes.subspan(at + 2, 2));
        }
    }
    return bytes.size();
}

std::size_t png_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t signature = 8;
    constexpr std::size_t around = 12;  // length, type and checksum of a chunk
    for (std::size_t at = signature; at <= bytes.size() && bytes.size() - at >= around;) {
        const auto type = bytes.subspan(at + 4, 4);
        const bool is_type = std::ranges::all_of(type, [](int c) { return std::isalpha(c) != 0; });
        if (!is_type) return at;  // this one has been cut off
        const bool is_end = starts_with(type, "IEND");
        at += around + big_endian(bytes.subspan(at, 4));
        if (is_end) return std::min(at, bytes.size());
    }
    return bytes.size();
}

/// The blocks of GIF89a: colour tables, extensions and pictures in sub-blocks, up to the trailer.
std::size_t gif_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t screen = 13;
    constexpr std::uint8_t trailer = 0x3B;
    constexpr std::uint8_t extension = 0x21;
    constexpr std::uint8_t picture = 0x2C;
    const auto table = [](std::uint8_t flags) {
        return (flags & 0x80U) != 0 ? std::size_t{3} << ((flags & 7U) + 1) : std::size_t{0};
    };
    if (bytes.size() < screen) return bytes.size();
    for (std::size_t at = screen + table(bytes[10]); at < bytes.size();) {
        const std::uint8_t kind = bytes[at];
        if (kind == trailer) return at + 1;
        if (kind == picture) {
            constexpr std::size_t descriptor = 10;
            if (bytes.size() - at <= descriptor) break;
            at += descriptor + table(bytes[at + descriptor - 1]) + 1;  // and the size of the first code
        } else if (kind == extension) {
            at += 2;
        } else {
            break;
        }
        while (at < bytes.size() && bytes[at] != 0) at += 1 + std::size_t{bytes[at]};
        ++at;
    }
    return bytes.size();
}

/// RIFF: chunks are of even length.
std::size_t webp_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t header = 8;
    if (bytes.size() < header) return bytes.size();
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    return std::min(header + length + length % 2, bytes.size());
}

}  // namespace glimpse
