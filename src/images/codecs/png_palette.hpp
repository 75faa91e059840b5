#pragma once

#include <spng.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace glimpse {

/// The colours of an indexed PNG (PNG 11.2.2 and 11.3.1.1), 8-bit RGB, or RGBA where some are transparent.
/// libspng makes black of an index that has no colour.
class PngPalette {
  public:
    /// `bits` are an index's: 1, 2, 4 or 8. Throws `Error` where the file has no valid palette.
    PngPalette(spng_ctx* context, int bits, bool transparency);

    /// The bytes of a row of so many indices.
    [[nodiscard]] std::size_t row_bytes(std::size_t width) const { return (width * bits_ + 7) / 8; }

    /// Writes the colours of `count` pixels from `first` on. The row's indices are packed, the first in the
    /// highest bits. Throws `Error` for an index that has no colour.
    void apply(const std::uint8_t* row, std::size_t first, std::size_t count, std::uint8_t* out) const;

  private:
    std::size_t bits_;
    std::size_t channels_;
    std::vector<std::array<std::uint8_t, 4>> colours_;
};

}  // namespace glimpse
