#include "images/codecs/lengths.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/multi_picture.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

/// Marker by marker (ITU-T T.81, annex B). Several JPEGs with an index count as one.
std::optional<std::size_t> jpeg_length(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t start_of_image = 0xD8;
    constexpr std::uint8_t end_of_image = 0xD9;
    // Within entropy-coded data: 0 behind a data byte of 0xFF, and restarts.
    const auto is_data = [](std::uint8_t marker) {
        return marker == 0 || (marker >= 0xD0 && marker <= 0xD7);
    };
    for (std::size_t at = 2; at + 1 < bytes.size();) {
        const std::uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xFF || marker == 0xFF) {
            ++at;
        } else if (marker == end_of_image) {
            return std::max(at + 2, end_of_listed_jpegs(bytes).value_or(0));
        } else if (marker == start_of_image) {
            return at;  // this one has been cut off
        } else if (is_data(marker) || marker == 1) {
            at += 2;
        } else {
            if (bytes.size() - at < 4) break;
            at += 2 + big_endian(bytes.subspan(at + 2, 2));
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> png_length(std::span<const std::uint8_t> bytes) {
    const auto is_damaged = [&](std::size_t at) {
        const auto chunk = png_chunk_at(bytes, at);
        return chunk && !chunk->is_intact();
    };
    std::size_t last = 0;
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(bytes, at);) {
        const bool is_type = std::ranges::all_of(
            chunk->type, [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
        if (!is_type) {
            // It has been cut off: here, or in the chunk before, which then took what follows for its own.
            return last > 0 && is_damaged(last) ? std::nullopt : std::optional(at);
        }
        last = at;
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
        } else if (kind == 0) {  // some programs end a block twice
            ++at;
            continue;
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

bool has_gif_trailer(std::span<const std::uint8_t> bytes) {
    return gif_extent(bytes).length.has_value();
}

namespace {

constexpr std::size_t riff_header = 8;

/// From the header. Chunks are padded to even length.
std::size_t riff_length(std::span<const std::uint8_t> bytes) {
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    return riff_header + length + length % 2;
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
