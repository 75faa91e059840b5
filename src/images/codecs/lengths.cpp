#include "images/codecs/lengths.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/codecs/signature.hpp"
#include "images/codecs/tiff_structure.hpp"

namespace glimpse {

namespace {

/// The end of the last of several JPEGs that an index in the first one lists (CIPA DC-007); none where one is
/// not at its offset. `header` is where the index begins, as a TIFF does; its offsets count from there.
std::optional<std::size_t> end_of_several_jpegs(std::span<const std::uint8_t> bytes, std::size_t header) {
    constexpr std::uint64_t entries_tag = 0xB002;
    constexpr std::uint64_t entry_size = 16;  // attributes, length, offset, dependent images
    const TiffStructure index(bytes.subspan(header));
    std::size_t end = 0;
    bool found = true;
    index.for_each_entry(index.first(), [&](const TiffStructure::Entry& entry) {
        if (entry.tag != entries_tag || !index.lies_within(entry)) return;
        for (std::uint64_t at = entry.at; at + entry_size <= entry.at + entry.count; at += entry_size) {
            const std::size_t offset = index.number(at + 8, 4);
            const std::size_t begin = offset == 0 ? 0 : header + offset;  // 0: the first JPEG itself
            const std::size_t length = index.number(at + 4, 4);
            found = found && begin <= bytes.size() && length <= bytes.size() - begin &&
                    starts_with(bytes.subspan(begin), "\xFF\xD8");
            end = std::max(end, begin + length);
        }
    });
    return found && end > 0 ? std::optional(end) : std::nullopt;
}

}  // namespace

/// Marker by marker (ITU-T T.81, annex B). Several JPEGs with an index, in APP2 under the name "MPF", count
/// as one.
std::optional<std::size_t> jpeg_length(std::span<const std::uint8_t> bytes) {
    using namespace std::string_view_literals;
    constexpr std::uint8_t start_of_image = 0xD8;
    constexpr std::uint8_t end_of_image = 0xD9;
    constexpr std::uint8_t application_2 = 0xE2;
    constexpr std::string_view index_name = "MPF\0"sv;
    // Within entropy-coded data: 0 behind a data byte of 0xFF, and restarts.
    const auto is_data = [](std::uint8_t marker) {
        return marker == 0 || (marker >= 0xD0 && marker <= 0xD7);
    };
    std::size_t end_of_others = 0;
    for (std::size_t at = 2; at + 1 < bytes.size();) {
        const std::uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xFF || marker == 0xFF) {
            ++at;
        } else if (marker == end_of_image) {
            return std::max(at + 2, end_of_others);
        } else if (marker == start_of_image) {
            return at;  // this one has been cut off
        } else if (is_data(marker) || marker == 1) {
            at += 2;
        } else {
            if (bytes.size() - at < 4) break;
            const auto content = bytes.subspan(at + 4);
            if (marker == application_2 && starts_with(content, index_name))
                end_of_others = end_of_several_jpegs(bytes, at + 4 + index_name.size()).value_or(0);
            at += 2 + big_endian(bytes.subspan(at + 2, 2));
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> png_length(std::span<const std::uint8_t> bytes) {
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(bytes, at);) {
        const bool is_type = std::ranges::all_of(
            chunk->type, [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
        if (!is_type) return at;  // this one has been cut off
        at += chunk->length;
        if (chunk->type == "IEND") return at <= bytes.size() ? std::optional(at) : std::nullopt;
    }
    return std::nullopt;
}

namespace {

struct GifExtent {
    std::optional<std::size_t> length{};  ///< in bytes; none where its end is not there
    int pictures = 0;
};

/// Walks the blocks of GIF89a: colour tables, extensions and pictures in sub-blocks, up to the trailer.
GifExtent gif_extent(std::span<const std::uint8_t> bytes) {
    GifExtent extent;
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

std::optional<std::size_t> gif_length(std::span<const std::uint8_t> bytes) {
    return gif_extent(bytes).length;
}

int gif_pages(std::span<const std::uint8_t> bytes) {
    return std::max(gif_extent(bytes).pictures, 1);
}

namespace {

constexpr std::size_t riff_header = 8;

/// From the header. Chunks are padded to even length.
std::size_t riff_length(std::span<const std::uint8_t> bytes) {
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    return riff_header + length + length % 2;
}

bool ends_with(std::span<const std::uint8_t> bytes, std::string_view end) {
    return bytes.size() >= end.size() && starts_with(bytes.last(end.size()), end);
}

}  // namespace

std::optional<std::size_t> webp_length(std::span<const std::uint8_t> bytes) {
    if (!may_be_whole_webp(bytes)) return std::nullopt;
    return riff_length(bytes);
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

}  // namespace glimpse
