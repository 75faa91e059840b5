#include "images/codecs/modules/tiff_rules.hpp"

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"
#include "images/codecs/modules/tiff_lab.hpp"

namespace glimpse {

void require_plain_bands(const TiffStorage& storage) {
    if (storage.samples > CV_CN_MAX) {
        throw Error("a TIFF of " + std::to_string(storage.samples) +
                    " bands is not supported: " + std::to_string(CV_CN_MAX) + " are the most");
    }
    if (storage.hidden_alpha)
        throw Error("a TIFF whose colours are multiplied by one of several more bands is not supported");
    // libtiff does not tell in which bands zero is white.
    if (storage.photometric == PHOTOMETRIC_MINISWHITE && storage.samples > (storage.alpha ? 2 : 1))
        throw Error("a TIFF of several bands in which zero is white is not supported");
    if (storage.inverts_numbers() && storage.alpha)
        throw Error(
            "a TIFF in which zero is white, of other numbers than of 8 or 16 bits and with alpha, is not "
            "supported");
}

void require_convertible(const TiffStorage& storage) {
    if (storage.complex()) throw Error("a TIFF of complex numbers has no one value a sample");
    struct Kind {
        std::uint16_t photometric;
        const char* name;
        int samples;
        bool is_read_of_fewer_bits;
    };
    constexpr std::array kinds{Kind{PHOTOMETRIC_RGB, "of RGB colours", 3, false},
                               Kind{PHOTOMETRIC_SEPARATED, "of CMYK colours", 4, false},
                               Kind{PHOTOMETRIC_YCBCR, "of YCbCr colours", 3, false},
                               Kind{PHOTOMETRIC_PALETTE, "with a palette", 1, true}};
    const auto* const known = std::ranges::find(kinds, storage.photometric, &Kind::photometric);
    if (known == kinds.end() && !storage.grey())
        throw Error("a TIFF of photometric interpretation " + std::to_string(storage.photometric) +
                    " is not supported; save it in grey or RGB");
    const Kind kind = known != kinds.end() ? *known : Kind{storage.photometric, "of greys", 1, true};
    const bool is_unsigned = storage.format == SAMPLEFORMAT_UINT;
    const bool has_few_bits = storage.bits == 1 || storage.bits == 2 || storage.bits == 4;
    const bool has_bits = is_unsigned && (storage.bits == 8 || (has_few_bits && kind.is_read_of_fewer_bits));
    const bool is_plain_otherwise = storage.grey() || storage.photometric == PHOTOMETRIC_RGB;
    if (!has_bits && is_plain_otherwise)
        throw Error("a TIFF " + std::string(kind.name) + " of " + std::to_string(storage.bits) + "-bit " +
                    (is_unsigned                             ? ""
                     : storage.format == SAMPLEFORMAT_IEEEFP ? "floating-point "
                                                             : "signed ") +
                    "samples is not supported; save it with 8, 16 or 32 bits");
    if (!storage.alpha && storage.samples == kind.samples && has_bits) return;
    throw Error("a TIFF " + std::string(kind.name) + " is read with " + std::to_string(kind.samples) +
                (kind.samples == 1 ? " sample" : " samples") + " of " +
                (kind.is_read_of_fewer_bits ? "at most 8" : "8") + " bits and no alpha, and this has " +
                std::to_string(storage.samples) + " of " + std::to_string(storage.bits) + " bits" +
                (storage.alpha ? ", one of them alpha" : "") + "; save it in RGB");
}

void require_subsampling(TIFF* tiff, const TiffStorage& storage, int image_width, std::uint32_t width) {
    const auto compression = tiff_field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (storage.photometric != PHOTOMETRIC_YCBCR || compression == COMPRESSION_JPEG) return;
    std::uint16_t h = 1;
    std::uint16_t v = 1;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &h, &v);
    constexpr std::array<std::array<std::uint16_t, 2>, 7> converted{
        {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {4, 1}, {4, 2}, {4, 4}}};
    const bool in_planes = storage.separate && (h > 1 || v > 1);
    const bool is_converted = std::ranges::count(converted, std::array{h, v}) > 0 && !in_planes;
    // Of a tile that the image cuts off, libtiff passes over too few bytes of each row of 4×4 blocks.
    const bool is_cut =
        storage.tiled && h == 4 && v == 4 && static_cast<std::uint32_t>(image_width) % width != 0;
    if (is_converted && !is_cut && (width / h + (width % h > 0 ? 1 : 0)) * (h * v + 2U) % v == 0) return;
    throw Error("a TIFF of YCbCr colours that are subsampled " + std::to_string(h) + "×" + std::to_string(v) +
                (storage.tiled ? " in tiles of " : " in rows of ") + std::to_string(width) + " pixels" +
                (is_cut ? ", of which the last is cut off," : "") + " is not supported; save it in RGB");
}

void require_lab(const TiffStorage& storage) {
    require_lab_conversion();
    if (storage.plain()) return;
    throw Error(
        "a TIFF of CIE L*a*b* colours is read with 3 samples of 8 or 16 bits, unsigned, and this has " +
        std::to_string(storage.samples) + " of " + std::to_string(storage.bits) +
        (storage.format == SAMPLEFORMAT_UINT ? " bits" : " bits of another kind") + "; save it in RGB");
}

namespace {

bool is_reduced(TIFF* tiff) {
    return (tiff_field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0;
}

/// Whether the first directory has others below it, or another is no reduced picture.
bool has_original(TIFF* tiff, int pages) {
    std::uint16_t below = 0;
    void* offsets = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_SUBIFD, &below, &offsets) != 0 && below > 0) return true;
    bool has = false;
    for (int page = 1; page < pages && !has; ++page)
        has = TIFFSetDirectory(tiff, static_cast<tdir_t>(page)) != 0 && !is_reduced(tiff);
    if (pages > 1) TIFFSetDirectory(tiff, 0);
    return has;
}

}  // namespace

void require_no_thumbnail(TIFF* tiff, int pages) {
    if (!is_reduced(tiff) || !has_original(tiff, pages)) return;
    throw Error(
        "the file's first picture is a thumbnail of another, as in a camera's raw file, which is not "
        "read as an image");
}

void require_no_volume(TIFF* tiff) {
    const auto slices = tiff_field<std::uint32_t>(tiff, TIFFTAG_IMAGEDEPTH, 1);
    if (slices <= 1) return;
    throw Error("a TIFF volume is not supported, and its ImageDepth is " + std::to_string(slices) +
                "; save each slice as a page");
}

void require_known_compression(TIFF* tiff) {
    const auto compression = tiff_field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (TIFFIsCODECConfigured(compression) != 0) return;
    const TIFFCodec* const codec = TIFFFindCODEC(compression);
    const std::string name = codec ? codec->name : "method " + std::to_string(compression);
    throw Error("a TIFF compressed with " + name + " is not supported");
}

}  // namespace glimpse
