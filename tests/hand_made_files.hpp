#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Image files put together byte by byte, for what glimpse reads but does not write.

namespace hand_made {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

inline void append(Bytes& bytes, std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}

inline void append_number(Bytes& bytes, std::uint64_t value, int length, bool big_endian) {
    for (int i = 0; i < length; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? length - 1 - i : i))));
    }
}

/// One TIFF directory with an orientation and nothing else.
inline Bytes exif(int orientation) {
    Bytes bytes{'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0};
    append_number(bytes, static_cast<std::uint64_t>(orientation), 4, false);
    append_number(bytes, 0, 4, false);
    return bytes;
}

inline Bytes jpeg_with_orientation(const Bytes& jpeg, int orientation) {
    Bytes block{'E', 'x', 'i', 'f', 0, 0};
    append(block, exif(orientation));
    Bytes bytes{0xFF, 0xD8, 0xFF, 0xE1};
    append_number(bytes, block.size() + 2, 2, true);
    append(bytes, block);
    append(bytes, Bytes(jpeg.begin() + 2, jpeg.end()));
    return bytes;
}

inline std::uint32_t crc(const Bytes& bytes) {
    std::uint32_t remainder = 0xFFFFFFFF;
    for (const std::uint8_t byte : bytes) {
        remainder ^= byte;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = remainder >> 1 ^ ((remainder & 1) != 0 ? 0xEDB88320 : 0);
        }
    }
    return ~remainder;
}

inline Bytes png_chunk(std::string_view type, const Bytes& data) {
    Bytes named;
    append(named, type);
    append(named, data);
    Bytes chunk;
    append_number(chunk, data.size(), 4, true);
    append(chunk, named);
    append_number(chunk, crc(named), 4, true);
    return chunk;
}

/// A zlib stream of one block that is stored as it is.
inline Bytes stored(const Bytes& data) {
    Bytes stream{0x78, 0x01, 1};
    append_number(stream, data.size(), 2, false);
    append_number(stream, ~data.size(), 2, false);
    append(stream, data);
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const std::uint8_t byte : data) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    append_number(stream, b << 16 | a, 4, true);
    return stream;
}

struct Png {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint8_t bits = 8;
    std::uint8_t colour_type = 0;
    bool interlaced = false;
    Bytes before_data;  ///< whole chunks
    Bytes rows;         ///< each after its filter byte
};

inline Bytes file(const Png& png) {
    Bytes header;
    append_number(header, png.width, 4, true);
    append_number(header, png.height, 4, true);
    append(header, Bytes{png.bits, png.colour_type, 0, 0, static_cast<std::uint8_t>(png.interlaced)});
    Bytes bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    append(bytes, png_chunk("IHDR", header));
    append(bytes, png.before_data);
    append(bytes, png_chunk("IDAT", stored(png.rows)));
    append(bytes, png_chunk("IEND", {}));
    return bytes;
}

/// The rows of an 8-bit grey Adam7 image whose pixel (x, y) is `value(x, y)`.
inline Bytes interlaced_rows(std::uint32_t width, std::uint32_t height,
                             const std::function<std::uint8_t(std::uint32_t, std::uint32_t)>& value) {
    constexpr std::array<std::array<std::uint32_t, 4>, 7> passes{
        {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
    Bytes rows;
    for (const auto& [x0, y0, x_step, y_step] : passes) {
        for (std::uint32_t y = y0; y < height && x0 < width; y += y_step) {
            rows.push_back(0);
            for (std::uint32_t x = x0; x < width; x += x_step) rows.push_back(value(x, y));
        }
    }
    return rows;
}

struct TiffTag {
    std::uint16_t tag;
    std::uint16_t type;  ///< 3 is SHORT, 4 is LONG
    std::vector<std::uint32_t> values;
};

/// A TIFF of one directory (tags in ascending order, without the offsets of the blocks, which are added under
/// `offsets_tag`, with their lengths under the tag after it) and its uncompressed blocks.
inline Bytes tiff(std::vector<TiffTag> tags, std::uint16_t offsets_tag, std::uint16_t lengths_tag,
                  const std::vector<Bytes>& blocks, bool big_endian = false) {
    Bytes bytes;
    append(bytes, big_endian ? std::string_view("MM\0*", 4) : std::string_view("II*\0", 4));
    append_number(bytes, 0, 4, big_endian);
    TiffTag offsets{offsets_tag, 4, {}};
    TiffTag lengths{lengths_tag, 4, {}};
    for (const Bytes& block : blocks) {
        offsets.values.push_back(static_cast<std::uint32_t>(bytes.size()));
        lengths.values.push_back(static_cast<std::uint32_t>(block.size()));
        append(bytes, block);
        if (bytes.size() % 2 != 0) bytes.push_back(0);
    }
    for (const TiffTag& added : {offsets, lengths}) {
        auto at = tags.begin();
        while (at != tags.end() && at->tag < added.tag) ++at;
        tags.insert(at, added);
    }
    Bytes directory;
    append_number(directory, tags.size(), 2, big_endian);
    for (const TiffTag& tag : tags) {
        const int length = tag.type == 3 ? 2 : 4;
        append_number(directory, tag.tag, 2, big_endian);
        append_number(directory, tag.type, 2, big_endian);
        append_number(directory, tag.values.size(), 4, big_endian);
        Bytes values;
        for (const std::uint32_t value : tag.values) append_number(values, value, length, big_endian);
        if (values.size() > 4) {
            append_number(directory, bytes.size(), 4, big_endian);
            append(bytes, values);
        } else {
            values.resize(4);
            append(directory, values);
        }
    }
    append_number(directory, 0, 4, big_endian);
    Bytes position;
    append_number(position, bytes.size(), 4, big_endian);
    std::copy(position.begin(), position.end(), bytes.begin() + 4);
    append(bytes, directory);
    return bytes;
}

inline Bytes riff_chunk(std::string_view type, const Bytes& data) {
    Bytes chunk;
    append(chunk, type);
    append_number(chunk, data.size(), 4, false);
    append(chunk, data);
    if (data.size() % 2 != 0) chunk.push_back(0);
    return chunk;
}

/// The picture of a simple WebP file in a container that has an EXIF chunk behind it.
inline Bytes webp_with_orientation(const Bytes& webp, std::uint32_t width, std::uint32_t height,
                                   int orientation) {
    Bytes extended{0x08, 0, 0, 0};
    append_number(extended, width - 1, 3, false);
    append_number(extended, height - 1, 3, false);
    Bytes body;
    append(body, "WEBP");
    append(body, riff_chunk("VP8X", extended));
    body.insert(body.end(), webp.begin() + 12, webp.end());
    append(body, riff_chunk("EXIF", exif(orientation)));
    Bytes bytes;
    append(bytes, "RIFF");
    append_number(bytes, body.size(), 4, false);
    append(bytes, body);
    return bytes;
}

inline Bytes npy(std::string_view dictionary, const Bytes& data, std::uint8_t version = 1) {
    Bytes bytes{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
    append_number(bytes, dictionary.size(), version == 1 ? 2 : 4, false);
    append(bytes, dictionary);
    append(bytes, data);
    return bytes;
}

}  // namespace hand_made
