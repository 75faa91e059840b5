#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "images/codecs/byte_order.hpp"

// Truevision's Targa (specification 2.0).

namespace glimpse::targa {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t header_length = 18;

/// The fields of the header, of which all bytes are there.
class Header {
  public:
    explicit Header(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t id_length() const { return bytes_[0]; }
    [[nodiscard]] bool has_palette() const { return bytes_[1] == 1; }
    [[nodiscard]] int type() const { return bytes_[2] & ~run_length_encoded; }
    [[nodiscard]] bool has_runs() const { return (bytes_[2] & run_length_encoded) != 0; }
    [[nodiscard]] std::size_t first_colour() const { return little_endian(bytes_.subspan(3, 2)); }
    [[nodiscard]] std::size_t colours() const { return little_endian(bytes_.subspan(5, 2)); }
    [[nodiscard]] int colour_bits() const { return bytes_[7]; }
    [[nodiscard]] Size size() const {
        return {static_cast<int>(little_endian(bytes_.subspan(12, 2))),
                static_cast<int>(little_endian(bytes_.subspan(14, 2)))};
    }
    [[nodiscard]] int bits() const { return bytes_[16]; }
    [[nodiscard]] int alpha_bits() const { return bytes_[17] & 0xF; }
    [[nodiscard]] bool is_top_down() const { return (bytes_[17] & 0x20) != 0; }
    [[nodiscard]] std::size_t pixel_length() const { return (static_cast<std::size_t>(bits()) + 7) / 8; }
    /// The offset of the pixels.
    [[nodiscard]] std::size_t pixels() const {
        const std::size_t colour_length = (static_cast<std::size_t>(colour_bits()) + 7) / 8;
        return header_length + id_length() + (has_palette() ? colours() * colour_length : 0);
    }

  private:
    static constexpr int run_length_encoded = 8;
    Bytes bytes_;
};

/// Calls visit(first, count, values) for the first `pixels` pixels as they are stored: `count` of them from
/// `first` on have those values, or all the same one. Returns the offset behind them; none where they are not
/// all there.
template <typename Visit>
std::optional<std::size_t> for_each_packet(Bytes bytes, std::uint64_t pixels, const Visit& visit) {
    const Header header(bytes);
    const std::size_t step = header.pixel_length();
    std::size_t at = header.pixels();
    const auto take = [&](std::uint64_t length) -> std::optional<Bytes> {
        if (at > bytes.size() || length > bytes.size() - at) return std::nullopt;
        const Bytes taken = bytes.subspan(at, length);
        at += length;
        return taken;
    };
    for (std::uint64_t done = 0; done < pixels;) {
        std::uint64_t count = pixels;
        std::uint64_t stored = pixels;
        if (header.has_runs()) {
            const auto packet = take(1);
            if (!packet) return std::nullopt;
            constexpr std::uint8_t run = 0x80;
            count = std::uint64_t{1} + (packet->front() & ~run & 0xFFU);
            stored = (packet->front() & run) != 0 ? 1 : count;
        }
        const auto values = take(stored * step);
        if (!values) return std::nullopt;
        visit(done, count, *values);
        done += count;
    }
    return at;
}

/// Whether a file begins as one of the kinds that are read. Pixels of 32 bits must have 8 of alpha. Colours
/// of 16 bits are not read, since OpenImageIO drops their bit of alpha.
bool is_read(Bytes bytes);

/// Whether a file begins as any Targa picture does. In place of a signature, all fields of the header must
/// make sense together.
bool is_targa(Bytes bytes);

/// "a Targa picture of 16 bits a pixel": what tells one that is not read from those that are.
std::string kind(Bytes bytes);

/// The picture's size. Throws `Error` for premultiplied colours.
Size size(Bytes bytes);

/// The bytes of the picture that a stream begins with; none where its end is not there.
std::optional<std::size_t> length(Bytes bytes);

/// Throws `Error` for a pixel of the rows of a region whose colour its palette lacks: OpenImageIO takes it
/// for black.
GLIMPSE_EXPORT void require_colours(Bytes bytes, const Rectangle& region);

}  // namespace glimpse::targa
