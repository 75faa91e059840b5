#include "images/codecs/modules/tiff_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <type_traits>

#include "images/codecs/modules/tiff_lab.hpp"
#include "images/codecs/scaling.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

namespace {

template <typename T>
T loaded(const std::uint8_t* bytes) {
    T value{};
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

/// A number as float32, or its distance from white, which float32 would not have exactly of what is read.
template <typename T>
float converted(const std::uint8_t* bytes, bool from_white) {
    const T value = loaded<T>(bytes);
    if (!from_white) return static_cast<float>(value);
    if constexpr (std::is_integral_v<T>) {
        return static_cast<float>(static_cast<T>(~value));
    } else {
        return static_cast<float>(1 - static_cast<double>(value));
    }
}

}  // namespace

TiffStorage::TiffStorage(TIFF* tiff)
    : bits(tiff_field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1)),
      format(tiff_field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT)),
      samples(tiff_field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1)),
      photometric(tiff_field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK)),
      separate(tiff_field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
               PLANARCONFIG_SEPARATE),
      tiled(TIFFIsTiled(tiff) != 0) {
    if (format == SAMPLEFORMAT_VOID) format = SAMPLEFORMAT_UINT;
    std::uint16_t* kinds = nullptr;
    if (!TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds) || !kinds) extras = 0;
    extras = std::min(extras, samples);
    // Alpha is a single extra sample that the file says is alpha.
    const bool says_alpha =
        extras == 1 && (kinds[0] == EXTRASAMPLE_ASSOCALPHA || kinds[0] == EXTRASAMPLE_UNASSALPHA);
    alpha = says_alpha && (samples == 2 || samples == 4);
    const auto associated = std::count(kinds, kinds + extras, EXTRASAMPLE_ASSOCALPHA);
    premultiplied = alpha && associated == 1;
    hidden_alpha = !alpha && associated > 0;
}

bool TiffStorage::plain() const {
    if (lab()) return format == SAMPLEFORMAT_UINT && (bits == 8 || bits == 16) && samples == 3 && extras == 0;
    const int colours = samples - extras;
    const bool numbers = format == SAMPLEFORMAT_IEEEFP
                             ? bits == 16 || bits == 32 || bits == 64
                             : (format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_INT) &&
                                   (bits == 8 || bits == 16 || bits == 32 || bits == 64);
    return (numbers || packed()) && (grey() ? colours >= 1 : photometric == PHOTOMETRIC_RGB && colours >= 3);
}

int TiffStorage::depth() const {
    if (format != SAMPLEFORMAT_UINT || bits > 16) return CV_32F;
    return bits > 8 ? CV_16U : CV_8U;
}

float TiffStorage::number(const std::uint8_t* bytes) const {
    const bool from_white = inverts_numbers();
    if (format == SAMPLEFORMAT_IEEEFP) {
        if (bits == 64) return converted<double>(bytes, from_white);
        return bits == 32 ? converted<float>(bytes, from_white) : converted<cv::float16_t>(bytes, from_white);
    }
    if (format == SAMPLEFORMAT_UINT) {
        return bits == 64 ? converted<std::uint64_t>(bytes, from_white)
                          : converted<std::uint32_t>(bytes, from_white);
    }
    switch (bits) {
        case 8:
            return converted<std::int8_t>(bytes, from_white);
        case 16:
            return converted<std::int16_t>(bytes, from_white);
        case 32:
            return converted<std::int32_t>(bytes, from_white);
        default:
            return converted<std::int64_t>(bytes, from_white);
    }
}

void TiffStorage::convert(const std::uint8_t* row, std::size_t first, std::uint8_t* to, int pixels,
                          std::size_t step) const {
    if (packed()) return unpack(row, first, to, pixels, step);
    const std::size_t in = bits / 8U;
    const std::uint8_t* from = row + first * neighbours() * in;
    for (int x = 0; x < pixels; ++x, from += in * neighbours(), to += step) {
        if (depth() != CV_32F) {
            std::memcpy(to, from, in * neighbours());
            continue;
        }
        for (std::size_t s = 0; s < neighbours(); ++s) {
            const float value = number(from + s * in);
            std::memcpy(to + s * sizeof value, &value, sizeof value);
        }
    }
}

/// round(sample / (2ⁿ - 1) · 65535). The highest bit of a sample comes first.
void TiffStorage::unpack(const std::uint8_t* row, std::size_t first, std::uint8_t* to, int pixels,
                         std::size_t step) const {
    const std::uint32_t top = (1U << bits) - 1;
    std::size_t bit = first * neighbours() * bits;
    for (int x = 0; x < pixels; ++x, to += step) {
        for (std::size_t s = 0; s < neighbours(); ++s, bit += bits) {
            // A sample of at most 15 bits lies within three bytes, whichever bit it begins at.
            std::uint32_t window = 0;
            const std::size_t last = (bit + bits - 1) / 8;
            for (std::size_t byte = bit / 8; byte < bit / 8 + 3; ++byte) {
                window = window << 8 | (byte <= last ? row[byte] : 0U);
            }
            const std::uint32_t sample = window >> (24 - bits - bit % 8) & top;
            const auto value = static_cast<std::uint16_t>(scaled_sample(sample, top, 65535));
            std::memcpy(to + s * sizeof value, &value, sizeof value);
        }
    }
}

/// The number that means white, or opaque, in what the samples are converted to.
double TiffStorage::white() const {
    if (format == SAMPLEFORMAT_IEEEFP) return 1;
    if (packed()) return 65535;
    return std::ldexp(1.0, format == SAMPLEFORMAT_INT ? bits - 1 : bits) - 1;
}

void TiffStorage::normalise(cv::Mat& pixels) const {
    if (premultiplied) unpremultiply_stored(pixels, white(), Transparent::black);
    if (lab())
        convert_lab_to_srgb(pixels, photometric == PHOTOMETRIC_CIELAB ? LabEncoding::cie : LabEncoding::icc);
    if (photometric != PHOTOMETRIC_MINISWHITE || inverts_numbers()) return;
    cv::Mat grey;
    cv::extractChannel(pixels, grey, 0);
    cv::subtract(cv::Scalar(white()), grey, grey);
    cv::insertChannel(grey, pixels, 0);
}

}  // namespace glimpse
