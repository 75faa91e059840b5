#include "images/codecs/lengths.hpp"

#include <algorithm>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

/// Marker by marker (ITU-T T.81, annex B). A picture of several (CIPA DC-007) is one: its index has the
/// marker APP2 and the name "MPF".
std::size_t jpeg_length(std::span<const std::uint8_t> bytes) {
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
        const bool is_end = starts_with(bytes.subspan(at + 4), "IEND");
        at += around + big_endian(bytes.subspan(at, 4));
        if (is_end) return std::min(at, bytes.size());
    }
    return bytes.size();
}

/// Some programs write no length, or that of the pixels alone.
std::size_t bmp_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t field = 2;
    constexpr std::size_t offset_field = 10;
    if (bytes.size() < offset_field + 4) return bytes.size();
    const std::size_t length = little_endian(bytes.subspan(field, 4));
    const bool is_plausible = length > little_endian(bytes.subspan(offset_field, 4));
    return is_plausible ? std::min(length, bytes.size()) : bytes.size();
}

/// RIFF: chunks are of even length.
std::size_t webp_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t header = 8;
    if (bytes.size() < header) return bytes.size();
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    return std::min(header + length + length % 2, bytes.size());
}

}  // namespace glimpse
