#include "images/codecs/jpeg2000_memory.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

using Codestream = std::span<const std::uint8_t>;

std::int64_t field(Codestream bytes, std::size_t at, std::size_t length) {
    return static_cast<std::int64_t>(big_endian(bytes_at(bytes, at, length)));
}

/// The sizes of SIZ (A.5.1).
struct Tiling {
    std::int64_t tiles;
    std::int64_t width;  ///< of the largest tile
    std::int64_t height;
    std::int64_t components;
};

Tiling parse_tiling(Codestream stream) {
    constexpr std::size_t grid = 8;
    const auto side = [&](std::size_t axis) {
        const auto number = [&](std::size_t of) { return field(stream, grid + 8 * of + 4 * axis, 4); };
        const std::int64_t end = number(0);
        const std::int64_t length = number(2);
        if (length == 0 || end <= number(1) || end <= number(3)) fail_corrupt();
        return std::pair{ceil_div(end - number(3), length), std::min(length, end - number(1))};
    };
    const auto [across, width] = side(0);
    const auto [down, height] = side(1);
    return {bounded_product(across, down), width, height, field(stream, 40, 2)};
}

/// The finest division that any tile or component has: the least exponents, the most levels and layers.
struct Division {
    std::int64_t levels = 0;
    std::int64_t layers = 1;
    std::array<std::int64_t, 2> block{30, 30};     ///< log₂ of a code block's sides, in a band
    std::array<std::int64_t, 2> precinct{15, 15};  ///< log₂ of a precinct's sides, in a resolution
};

/// SPcod or SPcoc (A.6.1): levels, a code block's sides, two more, and the precincts' sides where they are
/// not 2¹⁵.
void refine(Division& division, Codestream style, bool has_precincts) {
    const std::int64_t levels = field(style, 0, 1);
    division.levels = std::max(division.levels, levels);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        std::int64_t& block = division.block[axis];
        block = std::min(block, field(style, 1 + axis, 1) + 2);
        for (std::int64_t r = 0; has_precincts && r <= levels; ++r) {
            const std::int64_t sides = field(style, static_cast<std::size_t>(5 + r), 1);
            const std::int64_t precinct = axis == 0 ? sides & 15 : sides >> 4;
            division.precinct[axis] = std::min(division.precinct[axis], precinct);
            block = std::min(block, std::max<std::int64_t>(precinct - (r > 0 ? 1 : 0), 0));
        }
    }
}

constexpr std::int64_t cod = 0xFF52;
constexpr std::int64_t coc = 0xFF53;
constexpr std::int64_t start_of_tile_part = 0xFF90;
constexpr std::int64_t start_of_data = 0xFF93;
constexpr std::int64_t end_of_codestream = 0xFFD9;

/// `segment` begins with its length.
void parse_segment(Division& division, std::int64_t marker, Codestream segment, std::int64_t components) {
    if (marker == cod) {
        division.layers = std::max(division.layers, field(segment, 4, 2));
        refine(division, segment.subspan(std::min<std::size_t>(segment.size(), 7)),
               (field(segment, 2, 1) & 1) != 0);
    } else if (marker == coc) {
        const std::size_t style = components < 257 ? 3 : 4;
        refine(division, segment.subspan(std::min(segment.size(), style + 1)),
               (field(segment, style, 1) & 1) != 0);
    }
}

/// OpenJPEG looks for the next marker that it knows behind one that it does not.
void require_known(std::int64_t marker) {
    const bool known = (marker >= 0xFF50 && marker <= 0xFF64) || (marker >= 0xFF72 && marker <= 0xFF79);
    if (known) return;
    std::ostringstream words;
    words << "a JPEG 2000 picture with the marker " << std::hex << std::uppercase << marker
          << " in its codestream is not supported";
    throw Error(words.str());
}

/// Of the main header and the headers of all tile-parts, up to what is cut off.
Division parse_division(Codestream stream, std::int64_t components) {
    Division division;
    std::size_t next_part = 0;
    for (std::size_t at = 2; stream.size() - at >= 4;) {
        const std::int64_t marker = field(stream, at, 2);
        if (marker == end_of_codestream) break;
        if (marker == start_of_data) {
            if (next_part < at + 2 || next_part > stream.size()) break;
            at = next_part;
            continue;
        }
        const auto length = static_cast<std::size_t>(field(stream, at + 2, 2));
        if (length < 2 || length > stream.size() - at - 2) break;
        if (marker == start_of_tile_part) {
            const auto part_length = static_cast<std::size_t>(field(stream, at + 6, 4));
            next_part = part_length == 0 ? stream.size() : at + part_length;
        } else {
            require_known(marker);
            parse_segment(division, marker, stream.subspan(at + 2, length), components);
        }
        at += 2 + length;
    }
    return division;
}

/// Pieces of so many samples, 2ⁿ long each, wherever they begin.
std::int64_t pieces(std::int64_t length, std::int64_t exponent) {
    return (length >> exponent) + 2;
}

}  // namespace

std::int64_t openjpeg_structure_bytes(Codestream stream) {
    // Of OpenJPEG 2.5, with what the allocator adds: a tile's parameters and index, and those of a component;
    // a code block with its segments, in a precinct of its own with its tag trees; a packet's place in the
    // list of those seen; a sample of each of the columns that are transformed together; a resolution's part
    // of a progression.
    constexpr std::int64_t tile_bytes = 5696 + 2 * 400 + 56 + 2416;
    constexpr std::int64_t tile_component_bytes = 1096;
    constexpr std::int64_t block_bytes = 640;
    constexpr std::int64_t packet_bytes = 2;
    constexpr std::int64_t column_bytes = 64;
    constexpr std::int64_t progressions = 32;  // that a tile may have
    constexpr std::int64_t progression_bytes = 24;
    const Tiling tiling = parse_tiling(stream);
    const Division division = parse_division(stream, tiling.components);
    std::int64_t blocks = 0;
    std::int64_t precincts = 0;  // of one resolution, at most
    for (std::int64_t r = 0; r <= division.levels; ++r) {
        const std::int64_t halvings = std::min<std::int64_t>(division.levels - r, 40);
        const std::int64_t width = (tiling.width >> halvings) + 1;
        const std::int64_t height = (tiling.height >> halvings) + 1;
        const std::int64_t bands = r == 0 ? 1 : 3;
        const std::int64_t shift = r == 0 ? 0 : 1;
        blocks += bands * bounded_product(pieces((width >> shift) + 1, division.block[0]),
                                          pieces((height >> shift) + 1, division.block[1]));
        precincts = std::max(precincts, bounded_product(pieces(width, division.precinct[0]),
                                                        pieces(height, division.precinct[1])));
        blocks = std::min(blocks, most_bytes);
    }
    const std::int64_t packets = bounded_product(
        bounded_product(precincts, (division.layers + 1) * (division.levels + 1)), tiling.components);
    const std::int64_t parts[] = {
        bounded_product(tiling.tiles, tile_bytes + tile_component_bytes * tiling.components),
        bounded_product(bounded_product(blocks, block_bytes), tiling.components),
        bounded_product(packets, packet_bytes),
        progressions * progression_bytes * (division.levels + 2) * tiling.components,
        column_bytes * std::max(tiling.width, tiling.height),
        static_cast<std::int64_t>(stream.size())};
    std::int64_t all = 0;
    for (const std::int64_t part : parts) all = std::min(all + part, most_bytes);
    return all;
}

}  // namespace glimpse
