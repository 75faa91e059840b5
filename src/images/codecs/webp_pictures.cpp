#include "images/codecs/webp_pictures.hpp"

#include <algorithm>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

constexpr std::size_t chunk_header = 8;  // its type, and the length of its data
constexpr std::size_t file_header = 12;  // of a chunk RIFF, and WEBP
constexpr std::size_t flags_length = 10;

/// The length of a chunk with its header and what makes it even.
std::size_t chunk_length(std::span<const std::uint8_t> chunk) {
    const std::size_t data = little_endian(chunk.subspan(4, 4));
    return chunk_header + data + data % 2;
}

}  // namespace

std::size_t count_webp_pictures(std::span<const std::uint8_t> bytes) {
    std::size_t found = 0;
    if (bytes.size() < file_header) return found;
    const std::size_t riff = chunk_length(bytes);
    if (riff > bytes.size()) return found;
    // libwebp adds the header of RIFF twice, and looks so far behind it.
    auto rest = bytes.first(std::min(bytes.size(), riff + chunk_header)).subspan(file_header);
    while (rest.size() >= chunk_header) {
        require_decoding_time(chunk_header);
        const std::size_t length = chunk_length(rest);
        if (length > std::min(riff, rest.size())) break;
        if (starts_with(rest, "ANMF") || starts_with(rest, "VP8 ") || starts_with(rest, "VP8L")) {
            ++found;
        } else if (starts_with(rest, "VP8X") && length < chunk_header + flags_length) {
            break;
        }
        rest = rest.subspan(length);
    }
    return found;
}

}  // namespace glimpse
