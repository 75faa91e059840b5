#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"

// The headers of BMP files: OS/2's (BITMAPCOREHEADER and version 2) and Windows' (BITMAPINFOHEADER to version
// 5).

namespace glimpse::bmp {

/// How pixels are stored.
enum class Coding : std::uint8_t { plain, rle4, rle8 };

/// The bits of a channel in a pixel of 16 or 32 bits.
struct Mask {
    int shift = 0;
    std::uint32_t white = 0;  ///< 2ⁿ - 1 for n bits; 0 where the channel is not stored
};

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

struct Header {
    Size size;
    bool top_down = false;  ///< the first row stored is the highest
    int bits = 0;           ///< of a pixel: 1, 2, 4, 8, 16, 24 or 32
    Coding coding = Coding::plain;
    std::array<Mask, 4> masks{};  ///< of red, green, blue and alpha
    std::vector<Colour> palette;  ///< for 8 bits and fewer
    std::size_t pixels = 0;       ///< offset of the first row stored
    std::size_t run_bytes = 0;    ///< of run-length encoded pixels; 0 where the header does not say
    std::vector<std::uint8_t> icc_profile;

    [[nodiscard]] bool has_palette() const { return bits <= 8; }
    /// Whether every colour of the palette is a grey.
    [[nodiscard]] bool is_grey() const;
    /// Without a mask of alpha, bits beside the colours' mean nothing.
    [[nodiscard]] bool has_alpha() const { return masks[3].white != 0; }
    /// Whether a channel has more values than 8 bits hold.
    [[nodiscard]] bool is_wide() const;
};

/// "BM" and one of the header sizes in use: two letters alone may as well begin a text.
bool has_signature(std::span<const std::uint8_t> bytes);

/// Bytes of a row that is stored: rows end at a multiple of 32 bits.
std::size_t row_length(int width, int bits);

/// Of a file. Throws `Error` with the reason.
Header parse_header(std::span<const std::uint8_t> bytes);

/// Of a bitmap that begins with its header, as icons hold them; offsets count from there. `pixels` is where
/// they begin: none stands for behind the palette. Throws `Error` with the reason.
Header parse_bitmap(std::span<const std::uint8_t> bytes, std::optional<std::size_t> pixels);

}  // namespace glimpse::bmp
