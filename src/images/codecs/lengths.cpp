#include "images/codecs/lengths.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/png_chunks.hpp"
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
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(bytes, at);) {
        const bool is_type = std::ranges::all_of(
            chunk->type, [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
        if (!is_type) return at;  // this one has been cut off
        at += chunk->length;
        if (chunk->type == "IEND") return std::min(at, bytes.size());
    }
    return bytes.size();
}

namespace {

struct GifExtent {
    std::size_t length;  ///< in bytes
    int pictures = 0;
};

/// The blocks of GIF89a: colour tables, extensions and pictures in sub-blocks, up to the trailer.
GifExtent gif_extent(std::span<const std::uint8_t> bytes) {
    GifExtent extent{bytes.size()};
    constexpr std::size_t screen = 13;
    constexpr std::uint8_t trailer = 0x3B;
    constexpr std::uint8_t extension = 0x21;
    constexpr std::uint8_t picture = 0x2C;
    const auto table = [](std::uint8_t flags) {
        return (flags & 0x80U) != 0 ? std::size_t{3} << ((flags & 7U) + 1) : std::size_t{0};
    };
    if (bytes.size() < screen) return extent;
    for (std::size_t at = screen + table(bytes[10]); at < bytes.size();) {
        const std::uint8_t kind = bytes[at];
        if (kind == trailer) return {at + 1, extent.pictures};
        if (kind == picture) {
            constexpr std::size_t descriptor = 10;
            if (bytes.size() - at <= descriptor) break;
            ++extent.pictures;
            at += descriptor + table(bytes[at + descriptor - 1]) + 1;  // and the size of the first code
        } else if (kind == extension) {
            at += 2;
        } else {
            break;
        }
        while (at < bytes.size() && bytes[at] != 0) at += 1 + std::size_t{bytes[at]};
        ++at;
    }
    return extent;
}

}  // namespace

std::size_t gif_length(std::span<const std::uint8_t> bytes) {
    return gif_extent(bytes).length;
}

int gif_pages(std::span<const std::uint8_t> bytes) {
    return std::max(gif_extent(bytes).pictures, 1);
}

namespace {

constexpr std::size_t riff_header = 8;

/// As the header says: chunks are of even length.
std::size_t riff_length(std::span<const std::uint8_t> bytes) {
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    return riff_header + length + length % 2;
}

bool ends_with(std::span<const std::uint8_t> bytes, std::string_view end) {
    return bytes.size() >= end.size() && starts_with(bytes.last(end.size()), end);
}

/// The numbers of a TIFF, which says in which order their bytes are.
class TiffNumbers {
  public:
    explicit TiffNumbers(std::span<const std::uint8_t> bytes)
        : bytes_(bytes), big_endian_(starts_with(bytes, "MM")) {}

    /// 0 beyond the end.
    [[nodiscard]] std::uint64_t at(std::uint64_t offset, std::size_t length) const {
        if (offset > bytes_.size() || bytes_.size() - offset < length) return 0;
        const auto number = bytes_.subspan(offset, length);
        return big_endian_ ? big_endian(number) : little_endian(number);
    }

  private:
    std::span<const std::uint8_t> bytes_;
    bool big_endian_;
};

}  // namespace

std::size_t webp_length(std::span<const std::uint8_t> bytes) {
    return bytes.size() < riff_header ? bytes.size() : std::min(riff_length(bytes), bytes.size());
}

bool may_be_whole_jpeg(std::span<const std::uint8_t> bytes) {
    return ends_with(bytes, "\xFF\xD9");
}

bool may_be_whole_png(std::span<const std::uint8_t> bytes) {
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(bytes, at);) {
        if (chunk->type == "IEND") return true;
        at += chunk->length;
    }
    return false;
}

bool may_be_whole_webp(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= riff_header && riff_length(bytes) <= bytes.size();
}

/// The directory, and what its entries point to, lie in the file.
bool may_be_whole_tiff(std::span<const std::uint8_t> bytes) {
    const TiffNumbers numbers(bytes);
    const bool is_large = numbers.at(2, 2) == 43;  // BigTIFF, with offsets of 64 bits
    const std::size_t width = is_large ? 8 : 4;
    const std::size_t count_width = is_large ? 8 : 2;
    const std::uint64_t entry_size = is_large ? 20 : 12;
    constexpr std::uint64_t most_entries = 4096;
    constexpr std::array<std::uint64_t, 19> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    const std::uint64_t directory = numbers.at(is_large ? 8 : 4, width);
    const std::uint64_t count = numbers.at(directory, count_width);
    if (directory == 0 || count == 0 || count > most_entries) return false;
    const std::uint64_t entries = count_width + count * entry_size + width;
    if (directory > bytes.size() || bytes.size() - directory < entries) return false;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t entry = directory + count_width + k * entry_size;
        const std::uint64_t type = numbers.at(entry + 2, 2);
        const std::uint64_t items = numbers.at(entry + 4, width);
        const std::uint64_t size = type < sizes.size() ? sizes[type] : 0;
        if (size == 0 || items <= width / size) continue;  // unknown, or in the entry itself
        const std::uint64_t offset = numbers.at(entry + 4 + width, width);
        if (offset > bytes.size() || items > (bytes.size() - offset) / size) return false;
    }
    return true;
}

}  // namespace glimpse
