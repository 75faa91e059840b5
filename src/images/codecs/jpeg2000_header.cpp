#include "images/codecs/jpeg2000_header.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/boxes.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

namespace {

[[noreturn]] void not_supported(const std::string& what) {
    throw Error("a JPEG 2000 picture " + what + " is not supported");
}

std::size_t number(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t length) {
    return big_endian(bytes_at(bytes, at, length));
}

Size size_of(std::size_t width, std::size_t height) {
    constexpr std::size_t longest = std::numeric_limits<int>::max();
    return {static_cast<int>(std::min(width, longest)), static_cast<int>(std::min(height, longest))};
}

/// The SIZ marker segment, which follows the start of the codestream (A.5.1).
void parse_codestream(std::span<const std::uint8_t> stream, Jpeg2000Header& header) {
    using namespace std::string_view_literals;
    if (!starts_with(stream, "\xFF\x4F\xFF\x51"sv)) fail_corrupt();
    constexpr std::size_t grid = 8;  // Xsiz, Ysiz, XOsiz, YOsiz
    constexpr std::size_t components = 40;
    const auto extent = [&](std::size_t axis) {
        const std::size_t end = number(stream, grid + 4 * axis, 4);
        return end - std::min(end, number(stream, grid + 8 + 4 * axis, 4));
    };
    header.size = size_of(extent(0), extent(1));
    header.codestream = stream;
    header.components = static_cast<int>(number(stream, components, 2));
    const std::size_t first = number(stream, components + 2, 1);
    for (std::size_t c = 0; c < static_cast<std::size_t>(header.components); ++c) {
        const std::size_t at = components + 2 + 3 * c;
        if (number(stream, at, 1) != first) not_supported("whose components have several precisions");
        if (number(stream, at + 1, 2) != 0x0101) not_supported("of subsampled components");
    }
    constexpr std::size_t sign = 0x80;
    if ((first & sign) != 0) not_supported("of samples with a sign");
    header.bits = static_cast<int>(first) + 1;
    // How OpenImageIO fills the bits that other depths leave is not documented.
    if (header.bits == 3 || (header.bits >= 5 && header.bits <= 7) || header.bits > 16) {
        not_supported("of " + std::to_string(header.bits) + " bits a sample");
    }
}

/// Throws `Error` unless the tile-parts (A.4.2), each as long as it says, end with the codestream's end: of
/// what a file lacks, or has zeros for, OpenJPEG makes coarser pixels without a word.
void require_end(std::span<const std::uint8_t> stream) {
    constexpr std::size_t end_of_codestream = 0xFFD9;
    constexpr std::size_t start_of_tile_part = 0xFF90;
    const auto marker_at = [&](std::size_t at) { return number(stream, at, 2); };
    std::size_t at = 2;
    while (marker_at(at) != start_of_tile_part && marker_at(at) != end_of_codestream)
        at += 2 + number(stream, at + 2, 2);
    while (marker_at(at) == start_of_tile_part) {
        const std::size_t length = number(stream, at + 6, 4);
        // The last one may go on as far as the end.
        at = length > 0 ? at + length : std::max(at, stream.size() - 2);
    }
    if (marker_at(at) != end_of_codestream) fail_corrupt("its codestream has no end");
}

/// The colour space (I.5.3.3): grey, sRGB, or that of a profile, which is one of these two.
void parse_colour(std::span<const std::uint8_t> box) {
    constexpr std::size_t enumerated = 1;
    constexpr std::size_t restricted = 2;
    constexpr std::size_t any = 3;
    constexpr std::size_t srgb = 16;
    constexpr std::size_t grey = 17;
    constexpr std::size_t profile = 3;
    const std::size_t method = number(box, 0, 1);
    if (method == restricted || method == any) {
        constexpr std::size_t space_of_profile = 16;  // ICC.1, 7.2.6
        const auto space = bytes_at(box, profile + space_of_profile, 4);
        if (starts_with(space, "GRAY") || starts_with(space, "RGB ")) return;
        not_supported("whose profile is of the colour space \"" +
                      std::string(reinterpret_cast<const char*>(space.data()), space.size()) + '"');
    }
    if (method != enumerated) return;
    const std::size_t space = number(box, 3, 4);
    if (space != srgb && space != grey) not_supported("of colour space " + std::to_string(space));
}

/// The palette's colours take the place of the samples (I.5.3.4).
void parse_palette(std::span<const std::uint8_t> box, Jpeg2000Header& header) {
    const std::size_t columns = number(box, 2, 1);
    for (std::size_t c = 0; c < columns; ++c) {
        if (number(box, 3 + c, 1) != 7) not_supported("with a palette of other than 8 bits");
    }
    header.bits = 8;
    header.colours = std::max(header.colours, static_cast<int>(columns));
}

/// The channel definitions (I.5.3.6): type 0 is colour, 1 opacity, 2 premultiplied opacity.
void parse_channels(std::span<const std::uint8_t> box, Jpeg2000Header& header) {
    const std::size_t count = number(box, 0, 2);
    for (std::size_t c = 0; c < count; ++c) {
        const std::size_t channel = number(box, 2 + 6 * c, 2);
        const std::size_t type = number(box, 4 + 6 * c, 2);
        if (type == 0) continue;
        if (type != 1 || channel + 1 != count || count % 2 != 0) {
            not_supported("with channels of type " + std::to_string(type) + " at place " +
                          std::to_string(channel));
        }
        header.alpha = true;
    }
}

}  // namespace

Jpeg2000Header parse_jpeg2000(std::span<const std::uint8_t> bytes) {
    Jpeg2000Header header;
    if (starts_with(bytes, "\xFF\x4F")) {
        parse_codestream(bytes, header);
        require_end(bytes);
        return header;
    }
    const auto stream = find_box(bytes, "jp2c");
    if (!stream) fail_corrupt("it has no codestream");
    parse_codestream(*stream, header);
    require_end(*stream);
    const auto description = find_box(bytes, "jp2h");
    if (!description) fail_corrupt("it has no header");
    if (const auto box = find_box(*description, "colr")) parse_colour(*box);
    if (const auto box = find_box(*description, "cdef")) parse_channels(*box, header);
    // OpenJPEG reads each header box, and the first palette that it likes.
    for_each_box(bytes, [&](std::string_view type, std::span<const std::uint8_t> content) {
        if (type != "jp2h") return;
        for_each_box(content, [&](std::string_view inner, std::span<const std::uint8_t> box) {
            if (inner == "pclr") parse_palette(box, header);
        });
    });
    return header;
}

}  // namespace glimpse
