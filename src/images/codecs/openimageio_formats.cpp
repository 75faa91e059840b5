#include "images/codecs/openimageio_formats.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/heif_header.hpp"
#include "images/codecs/jpeg2000_header.hpp"
#include "images/codecs/jpeg2000_memory.hpp"
#include "images/codecs/openexr_header.hpp"
#include "images/codecs/openimageio_lengths.hpp"
#include "images/codecs/signature.hpp"
#include "images/codecs/targa.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

// JPEG 2000: boxes or a bare codestream.

bool is_jpeg2000(Bytes bytes) {
    return starts_with(bytes, "\0\0\0\x0CjP  "sv) || starts_with(bytes, "\xFF\x4F\xFF\x51"sv);
}

Size jpeg2000_size(Bytes bytes) {
    return parse_jpeg2000(bytes).size;
}

/// OpenJPEG's samples of 32 bits, a tile's and the image's, and those of a palette's colours with what is
/// made of them; ours, and a region.
std::int64_t jpeg2000_memory(Bytes bytes) {
    const Jpeg2000Header header = parse_jpeg2000(bytes);
    constexpr std::int64_t openjpeg_sample = 4;
    const std::int64_t sample = header.bits > 8 ? 2 : 1;
    const std::int64_t stored = header.components + header.colours;
    const std::int64_t seen = header.colours > 0 ? header.colours : header.components;
    return bounded_product(2 * openjpeg_sample * stored + 2 * sample * seen, header.size.area()) +
           openjpeg_structure_bytes(header.codestream);
}

// HEIF (ISO/IEC 23008-12) and AVIF: brands of the ISO base media file format.

bool is_heif(Bytes bytes) {
    if (bytes.size() < 12 || !starts_with(bytes.subspan(4), "ftyp"sv)) return false;
    constexpr std::array brands{"heic"sv, "heix"sv, "heim"sv, "heis"sv, "mif1"sv, "avif"sv};
    return std::ranges::any_of(brands, [&](auto brand) { return starts_with(bytes.subspan(8), brand); });
}

/// libheif's colours, OpenImageIO's, ours and a region, each of 8 bits, and premultiplied ones of 32 bits.
std::int64_t heif_memory(Bytes bytes) {
    constexpr std::int64_t pixel = 4 * 4 + 4 * 4;
    return bounded_product(pixel, heif_size(bytes).area());
}

bool is_radiance(Bytes bytes) {
    return starts_with(bytes, "#?RADIANCE"sv) || starts_with(bytes, "#?RGBE"sv);
}

/// Lines of text, an empty one, and one of the size.
void explain_radiance(Bytes bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t end = text.find("\n\n");
    const std::string_view header = text.substr(0, end);
    if (header.find("\nFORMAT=32-bit_rle_xyze") != header.npos)
        throw Error(
            "a Radiance picture of XYZE colours is not supported; ra_xyze -r makes one of RGBE of it");
    if (end == text.npos) fail_corrupt("its header has no end");
    if (header.find("\nFORMAT=32-bit_rle_rgbe") == header.npos)
        throw Error("a Radiance picture without the line FORMAT=32-bit_rle_rgbe is not supported");
    if (!radiance_size(bytes)) fail_corrupt("its header has no line of its size, such as -Y 480 +X 640");
}

bool is_openexr(Bytes bytes) {
    return starts_with(bytes, "v/1\x01"sv);
}

Size openexr_size(Bytes bytes) {
    return parse_openexr(bytes).largest;
}

std::int64_t openexr_memory(Bytes bytes) {
    return parse_openexr(bytes).bytes;
}

constexpr std::array openimageio_formats{
    OpenImageIoFormat{"jpeg2000", "JPEG 2000", "jp2 j2k j2c", is_jpeg2000, jpeg2000_length, true,
                      jpeg2000_size, jpeg2000_memory},
    OpenImageIoFormat{"heif", "HEIF or AVIF", "heic heif avif", is_heif, heif_length, true, heif_size,
                      heif_memory},
    OpenImageIoFormat{"hdr", "Radiance HDR", "hdr", is_radiance, radiance_length, false, nullptr, nullptr,
                      explain_radiance},
    OpenImageIoFormat{"openexr", "OpenEXR", "exr", is_openexr, openexr_length, false, openexr_size,
                      openexr_memory},
    OpenImageIoFormat{"targa", "Targa", "tga", targa::is_read, targa::length, false, targa::size},
};

}  // namespace

std::vector<std::string> extensions_of(const OpenImageIoFormat& format) {
    std::istringstream words{std::string(format.extensions)};
    return {std::istream_iterator<std::string>(words), {}};
}

std::vector<std::string> openimageio_extensions() {
    std::vector<std::string> all;
    for (const OpenImageIoFormat& format : openimageio_formats)
        std::ranges::move(extensions_of(format), std::back_inserter(all));
    return all;
}

const OpenImageIoFormat* openimageio_format(std::span<const std::uint8_t> bytes) {
    const auto* const format = std::ranges::find_if(
        openimageio_formats, [&](const OpenImageIoFormat& f) { return f.recognises(bytes); });
    return format == openimageio_formats.end() ? nullptr : format;
}

std::optional<std::size_t> openimageio_length(std::span<const std::uint8_t> bytes) {
    const OpenImageIoFormat* const format = openimageio_format(bytes);
    return format ? format->length(bytes) : std::nullopt;
}

}  // namespace glimpse
