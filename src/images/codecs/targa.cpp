#include "images/codecs/targa.hpp"

#include <array>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse::targa {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "TRUEVISION-XFILE.\0"sv;
constexpr std::size_t offsets_length =
    8;  // of the extension area and of the developer's, before the signature

constexpr int indexed = 1;
constexpr int colour = 2;
constexpr int grey = 3;

/// Whether an extension area lies at an offset: it begins with its length.
bool has_extension(Bytes bytes, std::size_t at) {
    constexpr std::size_t length = 495;
    return at < bytes.size() && bytes.size() - at >= length && little_endian(bytes.subspan(at, 2)) == length;
}

}  // namespace

bool is_targa(Bytes bytes) {
    if (bytes.size() < header_length || bytes[1] > 1 || (bytes[2] & ~11) != 0) return false;
    const Header header(bytes);
    constexpr std::array known_bits{8, 15, 16, 24, 32};
    const bool known = std::ranges::count(known_bits, header.bits()) > 0 && header.alpha_bits() <= 8;
    const bool kind = header.type() == indexed ? header.has_palette() && header.colours() > 0
                                               : header.type() == colour || header.type() == grey;
    const bool no_palette = std::ranges::all_of(bytes.subspan(3, 5), [](auto b) { return b == 0; });
    const bool plain = bytes[17] < 0x40;  // not interleaved
    return known && kind && (header.has_palette() || no_palette) && plain && header.size().width > 0 &&
           header.size().height > 0;
}

bool is_read(Bytes bytes) {
    if (!is_targa(bytes)) return false;
    const Header header(bytes);
    const auto is = [&](int type, int bits, int alpha_bits) {
        return header.type() == type && header.bits() == bits && header.alpha_bits() == alpha_bits;
    };
    if (header.has_palette()) {
        return is(indexed, 8, 0) && header.first_colour() == 0 && header.colour_bits() == 24;
    }
    return is(colour, 24, 0) || is(colour, 32, 8) || is(grey, 8, 0) || is(grey, 16, 8);
}

std::string kind(Bytes bytes) {
    const Header header(bytes);
    const auto bits_of = [](int bits, const char* what) { return std::to_string(bits) + " bits" + what; };
    std::string kind = "a Targa picture ";
    if (header.has_palette() && header.type() != indexed) return kind + "with a palette that it does not use";
    if (!header.has_palette()) {
        const int alpha = header.alpha_bits();
        return kind + "of " + bits_of(header.bits(), " a pixel") + ", " +
               (alpha == 0 ? std::string("none") : std::to_string(alpha)) + " of them alpha";
    }
    if (header.colour_bits() != 24)
        return kind + "with a palette of " + bits_of(header.colour_bits(), " a colour");
    if (header.first_colour() != 0) {
        return kind + "with a palette that begins with colour " + std::to_string(header.first_colour());
    }
    return kind + "of " + bits_of(header.bits(), " a pixel") + " and a palette";
}

/// The extension area's field 24 says what alpha is.
Size size(Bytes bytes) {
    constexpr std::size_t footer = offsets_length + signature.size();
    constexpr std::size_t attributes = 494;
    constexpr int useful = 3;
    const Header header(bytes);
    if (header.alpha_bits() != 8 || bytes.size() < footer ||
        !starts_with(bytes.last(signature.size()), signature)) {
        return header.size();
    }
    const std::size_t extension = little_endian(bytes.last(footer).first(4));
    if (extension == 0) return header.size();
    if (extension > bytes.size() || bytes.size() - extension <= attributes) fail_corrupt();
    const int kind = bytes[extension + attributes];
    if (kind != useful)
        throw Error("a Targa picture with alpha of type " + std::to_string(kind) + " is not supported");
    return header.size();
}

std::optional<std::size_t> length(Bytes bytes) {
    const auto end = for_each_packet(bytes, static_cast<std::uint64_t>(Header(bytes).size().area()),
                                     [](auto, auto, Bytes) {});
    if (!end) return std::nullopt;
    // The areas of the format's second version, and the footer that points to them.
    constexpr std::size_t longest_areas = 1 << 20;
    const Bytes rest = bytes.subspan(*end, std::min(bytes.size() - *end, longest_areas));
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const std::size_t at = text.find(signature);
    if (at == text.npos || at < offsets_length) return end;
    const std::size_t extension = little_endian(rest.subspan(at - offsets_length, 4));
    const bool follows = at == offsets_length;
    const bool points_here = extension >= *end && has_extension(bytes, extension);
    return follows || points_here ? *end + at + signature.size() : *end;
}

void require_colours(Bytes bytes, const Rectangle& region) {
    const Header header(bytes);
    if (!header.has_palette()) return;
    const Size picture = header.size();
    const auto width = static_cast<std::uint64_t>(picture.width);
    const int first = header.is_top_down() ? region.y : picture.height - region.bottom();
    const std::uint64_t begin = static_cast<std::uint64_t>(first) * width;
    const std::uint64_t end = begin + static_cast<std::uint64_t>(region.height) * width;
    const auto visit = [&](std::uint64_t at, std::uint64_t count, Bytes values) {
        if (at + count <= begin) return;
        const bool same = values.size() < count;
        const std::uint64_t from = same || at >= begin ? 0 : begin - at;
        const std::uint64_t to = same ? values.size() : std::min(count, end - at);
        for (const std::uint8_t index : values.subspan(from, to - from)) {
            if (index < header.colours()) continue;
            fail_corrupt("a pixel has colour " + std::to_string(index) + " of a palette of " +
                         std::to_string(header.colours()));
        }
    };
    static_cast<void>(for_each_packet(bytes, end, visit));  // OpenImageIO reports what is missing
}

}  // namespace glimpse::targa
