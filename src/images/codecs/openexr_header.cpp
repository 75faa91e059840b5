#include "images/codecs/openexr_header.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "glimpse/memory_budget.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "system/numbers.hpp"

// The header of OpenEXR's "file layout": attributes, each a name, a type, a length and a value.

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// What of a part decides the memory that it takes. Of an attribute that is there twice, the larger counts.
struct Part {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t rows = 1;  ///< of a chunk
    std::int64_t tile_width = 0;
    std::int64_t tile_height = 0;
    std::int64_t pixel = 0;  ///< bytes of all channels
    bool deep = false;
};

std::int64_t number(Bytes bytes, std::size_t at) {
    return static_cast<std::int64_t>(little_endian(bytes_at(bytes, at, 4)));
}

std::int64_t signed_number(Bytes bytes, std::size_t at) {
    return static_cast<std::int32_t>(number(bytes, at));
}

/// Takes a word and the zero behind it.
std::string_view take_word(Bytes& bytes) {
    const auto end = std::ranges::find(bytes, std::uint8_t{0});
    if (end == bytes.end()) fail_corrupt();
    const auto length = static_cast<std::size_t>(end - bytes.begin());
    const std::string_view word(reinterpret_cast<const char*>(bytes.data()), length);
    bytes = bytes.subspan(length + 1);
    return word;
}

std::int64_t rows_of_chunk(std::uint8_t compression) {
    if (compression <= 2) return 1;                                                // none, RLE, ZIPS
    if (compression == 3 || compression == 5) return 16;                           // ZIP, PXR24
    return compression == 4 || (compression >= 6 && compression <= 8) ? 32 : 256;  // PIZ, B44, DWAA; DWAB
}

/// A list of channels: a name, a type, and more of 12 bytes.
std::int64_t bytes_of_channels(Bytes list) {
    constexpr std::int64_t half = 1;
    std::int64_t bytes = 0;
    while (!list.empty() && list.front() != 0) {
        static_cast<void>(take_word(list));
        bytes += number(list, 0) == half ? 2 : 4;
        list = list.subspan(std::min<std::size_t>(list.size(), 16));
    }
    return bytes;
}

void read_attribute(Part& part, std::string_view name, Bytes value) {
    if (name == "dataWindow") {
        const auto side = [&](std::size_t axis) {
            return signed_number(value, 8 + 4 * axis) - signed_number(value, 4 * axis) + 1;
        };
        if (side(0) < 1 || side(1) < 1) fail_corrupt();
        part.width = std::max(part.width, side(0));
        part.height = std::max(part.height, side(1));
    } else if (name == "compression" && !value.empty()) {
        part.rows = std::max(part.rows, rows_of_chunk(value.front()));
    } else if (name == "tiles") {
        part.tile_width = std::max(part.tile_width, number(value, 0));
        part.tile_height = std::max(part.tile_height, number(value, 4));
    } else if (name == "channels") {
        part.pixel = std::max(part.pixel, bytes_of_channels(value));
    } else if (name == "type") {
        constexpr std::string_view deep = "deep";
        part.deep = value.size() >= deep.size() && std::ranges::equal(value.first(deep.size()), deep);
    }
}

/// Takes the attributes of a part, up to the empty name at their end.
Part take_part(Bytes& bytes) {
    Part part;
    for (std::string_view name; !(name = take_word(bytes)).empty();) {
        static_cast<void>(take_word(bytes));
        const auto length = static_cast<std::size_t>(number(bytes, 0));
        bytes = bytes.subspan(4);
        if (length > bytes.size()) fail_corrupt();
        read_attribute(part, name, bytes.first(length));
        bytes = bytes.subspan(length);
    }
    if (part.width == 0) fail_corrupt("it has no data window");
    return part;
}

std::int64_t bytes_of(const Part& part, bool deep) {
    // The inflated chunk, the compressed one, and of DWAA and DWAB their coefficients in several orders.
    constexpr std::int64_t copies = 6;
    constexpr std::int64_t row_bytes = std::int64_t{2} * 8;    // its length, and its place in its chunk
    constexpr std::int64_t chunk_bytes = std::int64_t{2} * 8;  // its place in the file, twice
    constexpr std::int64_t tile_table_bytes =
        std::int64_t{4} * 24;  // as many again for smaller levels, each in a list
    const bool tiled = part.tile_width > 0 && part.tile_height > 0;
    std::int64_t held = bounded_product(part.height, row_bytes + chunk_bytes);
    if (tiled) {
        const std::int64_t tiles = bounded_product(ceil_div(part.width, part.tile_width) + 1,
                                                   ceil_div(part.height, part.tile_height) + 1);
        held += bounded_product(tiles, tile_table_bytes);
    }
    const std::int64_t chunk =
        tiled ? bounded_product(part.tile_width, part.tile_height) : bounded_product(part.width, part.rows);
    held += bounded_product(bounded_product(chunk, part.pixel), copies);
    constexpr std::int64_t sample_count = std::int64_t{2} * 4;
    if (deep || part.deep) held += bounded_product(bounded_product(part.width, part.height), sample_count);
    return std::min(held, most_bytes);
}

}  // namespace

OpenExrHeader parse_openexr(Bytes bytes) {
    constexpr std::int64_t deep = 0x800;
    constexpr std::int64_t several_parts = 0x1000;
    const std::int64_t version = number(bytes, 4);
    OpenExrHeader header;
    Bytes rest = bytes.subspan(8);
    do {
        const Part part = take_part(rest);
        constexpr std::int64_t longest = std::numeric_limits<int>::max();
        const Size size{static_cast<int>(std::min(part.width, longest)),
                        static_cast<int>(std::min(part.height, longest))};
        if (size.area() > header.largest.area()) header.largest = size;
        header.bytes = std::min(header.bytes + bytes_of(part, (version & deep) != 0), most_bytes);
    } while ((version & several_parts) != 0 && !rest.empty() && rest.front() != 0);
    return header;
}

}  // namespace glimpse
