#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>

// How a TIFF stores its samples, and their conversion to ours.

namespace glimpse {

/// The value of a tag; `otherwise` where the file has none and TIFF no default.
template <typename T>
T tiff_field(TIFF* tiff, std::uint32_t tag, T otherwise) {
    T value = otherwise;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
}

/// The tags that say how samples are stored.
struct TiffStorage {
    std::uint16_t bits = 1;
    std::uint16_t format = SAMPLEFORMAT_UINT;
    std::uint16_t samples = 1;
    std::uint16_t extras = 0;  ///< samples at the end that are no part of the photometric's colour
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    bool separate = false;
    bool tiled = false;
    bool alpha = false;
    bool premultiplied = false;  ///< by that alpha
    bool hidden_alpha = false;   ///< colours are multiplied by an extra sample that is not `alpha`

    explicit TiffStorage(TIFF* tiff);

    /// Whether samples are plain numbers, which libtiff only has to decompress: grey, RGB, or bands of them,
    /// and L*a*b*.
    [[nodiscard]] bool plain() const;
    [[nodiscard]] bool grey() const {
        return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    }
    /// Whether colours are CIE L*a*b*, which is plain in 8 or 16 bits and nothing beside it.
    [[nodiscard]] bool lab() const {
        return photometric == PHOTOMETRIC_CIELAB || photometric == PHOTOMETRIC_ICCLAB;
    }
    [[nodiscard]] bool complex() const {
        return format == SAMPLEFORMAT_COMPLEXINT || format == SAMPLEFORMAT_COMPLEXIEEEFP;
    }
    /// Whether samples are of 9 to 15 bits, one after another in rows of whole bytes.
    [[nodiscard]] bool packed() const { return format == SAMPLEFORMAT_UINT && bits > 8 && bits < 16; }
    /// Whether zero is white in numbers that become float32: signed integers become their complement, -1 - x,
    /// and the others their distance from white, before they are rounded.
    [[nodiscard]] bool inverts_numbers() const {
        return photometric == PHOTOMETRIC_MINISWHITE && depth() == CV_32F;
    }
    /// The number of a pixel's samples that are stored side by side.
    [[nodiscard]] std::size_t neighbours() const { return separate ? 1 : samples; }
    /// CV_8U, CV_16U, or CV_32F for all other numbers.
    [[nodiscard]] int depth() const;

    /// The bytes of a row of so many pixels.
    [[nodiscard]] std::size_t row_bytes(std::size_t width) const {
        return (width * neighbours() * bits + 7) / 8;
    }

    /// Converts the stored numbers of a row, `neighbours()` per pixel, from pixel `first` on, to pixels that
    /// are `step` bytes apart.
    void convert(const std::uint8_t* row, std::size_t first, std::uint8_t* to, int pixels,
                 std::size_t step) const;

    /// Inverts white-is-zero of 8 and 16 bits, divides premultiplied colour by alpha, and
    /// converts L*a*b* to sRGB.
    void normalise(cv::Mat& pixels) const;

  private:
    void unpack(const std::uint8_t* row, std::size_t first, std::uint8_t* to, int pixels,
                std::size_t step) const;
    [[nodiscard]] float number(const std::uint8_t* bytes) const;
    [[nodiscard]] double white() const;
};

}  // namespace glimpse
