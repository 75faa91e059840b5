#include "images/codecs/openimageio_formats.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

Size size_of(std::size_t width, std::size_t height) {
    constexpr std::size_t longest = std::numeric_limits<int>::max();
    return {static_cast<int>(std::min(width, longest)), static_cast<int>(std::min(height, longest))};
}

// JPEG 2000 (ISO/IEC 15444-1): boxes or a bare codestream.

constexpr std::string_view codestream_signature = "\xFF\x4F\xFF\x51"sv;

bool is_jpeg2000(Bytes bytes) {
    return starts_with(bytes, "\0\0\0\x0CjP  "sv) || starts_with(bytes, codestream_signature);
}

/// The SIZ marker's reference grid: Xsiz, Ysiz, XOsiz, YOsiz. It comes first in every codestream.
std::optional<Size> jpeg2000_size(Bytes bytes) {
    const auto marker = std::ranges::search(bytes, codestream_signature, {}, {},
                                            [](char c) { return static_cast<std::uint8_t>(c); });
    const Bytes siz(marker.begin(), bytes.end());
    constexpr std::size_t grid = 8;
    if (siz.size() < grid + 16) return std::nullopt;
    const auto extent = [&](std::size_t i) {
        const std::size_t end = big_endian(siz.subspan(grid + 4 * i, 4));
        return end - std::min(end, big_endian(siz.subspan(grid + 8 + 4 * i, 4)));
    };
    return size_of(extent(0), extent(1));
}

// GIF89a: the logical screen.

bool is_gif(Bytes bytes) {
    return starts_with(bytes, "GIF87a"sv) || starts_with(bytes, "GIF89a"sv);
}

std::optional<Size> gif_size(Bytes bytes) {
    if (bytes.size() < 10) return std::nullopt;
    return size_of(little_endian(bytes.subspan(6, 2)), little_endian(bytes.subspan(8, 2)));
}

// HEIF (ISO/IEC 23008-12) and AVIF: brands of the ISO base media file format.

bool is_heif(Bytes bytes) {
    if (bytes.size() < 12 || !starts_with(bytes.subspan(4), "ftyp"sv)) return false;
    constexpr std::array brands{"heic"sv, "heix"sv, "heim"sv, "heis"sv, "mif1"sv, "avif"sv};
    return std::ranges::any_of(brands, [&](auto brand) { return starts_with(bytes.subspan(8), brand); });
}

/// The largest of the spatial extents ('ispe') of the items: those of tiles are smaller than their image's.
std::optional<Size> heif_size(Bytes bytes) {
    constexpr std::string_view property = "\0\0\0\x14ispe\0\0\0\0"sv;
    std::optional<Size> largest;
    for (auto rest = bytes; rest.size() >= 20;) {
        const auto found =
            std::ranges::search(rest, property, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); });
        if (rest.end() - found.begin() < 20) break;
        const Bytes box(found.begin(), rest.end());
        const Size size = size_of(big_endian(box.subspan(12, 4)), big_endian(box.subspan(16, 4)));
        const auto pixels = [](Size s) { return std::int64_t{s.width} * s.height; };
        if (!largest || pixels(size) > pixels(*largest)) largest = size;
        rest = box.subspan(property.size());
    }
    return largest;
}

bool is_psd(Bytes bytes) {
    return starts_with(bytes, "8BPS\0\1"sv) || starts_with(bytes, "8BPS\0\2"sv);
}

bool is_radiance(Bytes bytes) {
    return starts_with(bytes, "#?RADIANCE"sv) || starts_with(bytes, "#?RGBE"sv);
}

bool is_openexr(Bytes bytes) {
    return starts_with(bytes, "v/1\x01"sv);
}

/// Silicon Graphics: the magic number, verbatim or run-length, 1 or 2 bytes a channel, 1 to 3 dimensions.
bool is_sgi(Bytes bytes) {
    return starts_with(bytes, "\x01\xDA"sv) && bytes.size() >= 6 && bytes[2] <= 1 &&
           (bytes[3] == 1 || bytes[3] == 2) && bytes[4] == 0 && bytes[5] >= 1 && bytes[5] <= 3;
}

/// An icon or a cursor: up to 255 pictures.
bool is_ico(Bytes bytes) {
    return bytes.size() >= 22 && (starts_with(bytes, "\0\0\1\0"sv)) && bytes[4] > 0 && bytes[5] == 0 &&
           bytes[9] == 0;
}

/// Truevision's format has no signature at its beginning: a header that no other file has without a palette.
bool is_targa(Bytes bytes) {
    constexpr std::size_t header = 18;
    if (bytes.size() < header || bytes[1] > 1) return false;
    const int type = bytes[2];
    const int bits = bytes[16];
    const bool palette = bytes[1] == 1;
    const bool known = palette ? (type == 1 || type == 9) && bits == 8
                               : ((type == 2 || type == 10) && (bits == 16 || bits == 24 || bits == 32)) ||
                                     ((type == 3 || type == 11) && (bits == 8 || bits == 16));
    const bool palette_fits =
        palette ? bytes[3] == 0 && bytes[4] == 0 && little_endian(bytes.subspan(5, 2)) > 0 &&
                      (bytes[7] == 24 || bytes[7] == 32)
                : std::ranges::all_of(bytes.subspan(3, 5), [](auto b) { return b == 0; });
    const bool has_pixels =
        little_endian(bytes.subspan(12, 2)) > 0 && little_endian(bytes.subspan(14, 2)) > 0;
    return known && palette_fits && has_pixels && bytes[17] < 0x40 && (bytes[17] & 0xF) <= 8;
}

constexpr std::array openimageio_formats{
    OpenImageIoFormat{"jpeg2000", is_jpeg2000, true, jpeg2000_size},
    OpenImageIoFormat{"gif", is_gif, true, gif_size},
    OpenImageIoFormat{"heif", is_heif, true, heif_size},
    OpenImageIoFormat{"psd", is_psd},
    OpenImageIoFormat{"hdr", is_radiance},
    OpenImageIoFormat{"openexr", is_openexr},
    OpenImageIoFormat{"sgi", is_sgi},
    OpenImageIoFormat{"ico", is_ico},
    OpenImageIoFormat{"targa", is_targa},
};

}  // namespace

const OpenImageIoFormat* openimageio_format(std::span<const std::uint8_t> bytes) {
    const auto* const format = std::ranges::find_if(
        openimageio_formats, [&](const OpenImageIoFormat& f) { return f.recognises(bytes); });
    return format == openimageio_formats.end() ? nullptr : format;
}

}  // namespace glimpse
