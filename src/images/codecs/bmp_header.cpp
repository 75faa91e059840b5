#include "images/codecs/bmp_header.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <string>

#include "glimpse/error.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "system/numbers.hpp"

namespace glimpse::bmp {

namespace {

/// BITMAPFILEHEADER, which a bitmap in another file lacks.
constexpr std::size_t file_header = 14;
constexpr std::uint32_t core_header = 12;
constexpr std::uint32_t info_header = 40;
constexpr std::uint32_t with_masks = 52;
constexpr std::uint32_t with_alpha_mask = 56;
constexpr std::uint32_t os2_version_2 = 64;
constexpr std::uint32_t version_5 = 124;
constexpr std::array header_sizes{core_header,     std::uint32_t{16}, info_header,        with_masks,
                                  with_alpha_mask, os2_version_2,     std::uint32_t{108}, version_5};

[[noreturn]] void malformed(const std::string& what) {
    throw Error("the BMP header is malformed: " + what);
}

[[noreturn]] void not_supported(const std::string& what) {
    throw Error("a BMP " + what + " is not supported");
}

/// Little-endian numbers by their offset in the bitmap.
class Fields {
  public:
    explicit Fields(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::uint32_t word(std::size_t at) const {
        return static_cast<std::uint32_t>(little_endian(bytes(at, 4)));
    }
    [[nodiscard]] std::uint32_t half(std::size_t at) const {
        return static_cast<std::uint32_t>(little_endian(bytes(at, 2)));
    }
    [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t at, std::size_t count) const {
        return bytes_at(bytes_, at, count);
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

/// Numbers at fixed offsets of the header; 0 where it is too short to hold them.
struct Info {
    std::uint32_t length;       ///< of the header
    std::uint32_t compression;  ///< BI_RGB is 0
    std::uint32_t pixel_bytes;
    std::uint32_t colours;
};

Info info_of(const Fields& fields) {
    Info info{fields.word(0), 0, 0, 0};
    if (info.length >= info_header) {
        info.compression = fields.word(16);
        info.pixel_bytes = fields.word(20);
        info.colours = fields.word(32);
    }
    return info;
}

void parse_size(const Fields& fields, const Info& info, Header& header) {
    if (info.length == core_header) {
        header.size = {static_cast<int>(fields.half(4)), static_cast<int>(fields.half(6))};
        header.bits = static_cast<int>(fields.half(10));
        return;
    }
    const auto width = static_cast<std::int32_t>(fields.word(4));
    const auto height = static_cast<std::int32_t>(fields.word(8));
    if (width < 0 || height == std::numeric_limits<std::int32_t>::min()) malformed("it has no sensible size");
    header.size = {width, height < 0 ? -height : height};
    header.top_down = height < 0;
    header.bits = static_cast<int>(fields.half(14));
}

Mask mask_of(std::uint32_t bits) {
    if (bits == 0) return {};
    const int shift = std::countr_zero(bits);
    const std::uint32_t white = bits >> shift;
    if (!std::has_single_bit(std::uint64_t{white} + 1))
        malformed("the bits of a channel do not lie together");
    if (std::bit_width(white) > 16) malformed("a channel has more than 16 bits");
    return {shift, white};
}

void set_masks(Header& header, const std::array<std::uint32_t, 4>& masks) {
    std::uint32_t all = 0;
    for (std::size_t c = 0; c < masks.size(); ++c) {
        if ((all & masks[c]) != 0) malformed("two channels share a bit");
        all |= masks[c];
        header.masks[c] = mask_of(masks[c]);
    }
    if ((masks[0] | masks[1] | masks[2]) == 0) malformed("no channel has a mask");
    if (header.bits == 16 && all > 0xFFFF) malformed("a channel lies beyond its pixel");
}

/// BI_BITFIELDS and BI_ALPHABITFIELDS: behind the shorter header, or in the longer ones.
constexpr std::uint32_t bit_fields = 3;
constexpr std::uint32_t alpha_bit_fields = 6;

std::size_t masks_length(const Info& info) {
    if (info.compression == alpha_bit_fields) return 16;
    return info.compression == bit_fields ? 12 : 0;
}

void parse_masks(const Fields& fields, const Info& info, Header& header) {
    const std::size_t at = info_header;
    if (header.pixels < at + masks_length(info)) malformed("its pixels begin inside its masks");
    const bool alpha = info.length >= with_alpha_mask || info.compression == alpha_bit_fields;
    set_masks(header,
              {fields.word(at), fields.word(at + 4), fields.word(at + 8), alpha ? fields.word(at + 12) : 0});
}

void parse_coding(const Fields& fields, const Info& info, Header& header) {
    constexpr std::array known_bits{1, 2, 4, 8, 16, 24, 32};
    if (std::ranges::count(known_bits, header.bits) == 0) {
        not_supported("of " + std::to_string(header.bits) + " bits a pixel");
    }
    const bool os2 = info.length == os2_version_2 || info.length < info_header;
    const auto is = [&](std::uint32_t compression, int bits) {
        return info.compression == compression && header.bits == bits;
    };
    const bool masked = header.bits == 16 || header.bits == 32;
    if (info.compression == 0) {
        if (header.bits == 16) set_masks(header, {0x7C00, 0x03E0, 0x001F, 0});
        if (header.bits == 32) set_masks(header, {0xFF0000, 0x00FF00, 0x0000FF, 0});
    } else if (is(1, 8)) {
        header.coding = Coding::rle8;
    } else if (is(2, 4)) {
        header.coding = Coding::rle4;
    } else if (!os2 && masked && masks_length(info) > 0) {
        parse_masks(fields, info, header);
    } else {
        not_supported("of " + std::to_string(header.bits) + " bits a pixel with compression " +
                      std::to_string(info.compression));
    }
    if (header.coding != Coding::plain && header.top_down) not_supported("of runs from the top down");
}

/// Where the pixels begin that nothing else is said of.
std::size_t end_of_palette(const Info& info, int bits) {
    const std::size_t masks = info.length == info_header ? masks_length(info) : 0;
    const std::size_t colours = info.colours == 0 && bits <= 8 ? std::size_t{1} << bits : info.colours;
    return info.length + masks + 4 * colours;
}

/// A palette may be cut short by the pixels; a pixel whose colour it lacks is found when it is decoded.
void parse_palette(const Fields& fields, const Info& info, Header& header) {
    const std::size_t at = info.length;
    const std::size_t entry = info.length == core_header ? 3 : 4;
    const std::size_t most = std::size_t{1} << header.bits;
    std::size_t count = info.colours == 0 ? most : std::min<std::size_t>(info.colours, most);
    if (header.pixels < at + entry) malformed("its pixels begin where its palette does");
    count = std::min(count, (header.pixels - at) / entry);
    const auto bytes = fields.bytes(at, count * entry);
    for (std::size_t i = 0; i < count; ++i) {
        header.palette.push_back({bytes[i * entry + 2], bytes[i * entry + 1], bytes[i * entry]});
    }
}

void parse_profile(const Fields& fields, const Info& info, Header& header) {
    constexpr std::uint32_t embedded = 0x4D424544;  // 'MBED'
    if (info.length < version_5 || fields.word(56) != embedded) return;
    try {
        const auto profile = fields.bytes(std::size_t{fields.word(112)}, fields.word(116));
        header.icc_profile.assign(profile.begin(), profile.end());
    } catch (const Error&) {  // one that lies beyond the file costs no pixel
    }
}

}  // namespace

bool Header::is_grey() const {
    return std::ranges::all_of(palette, [](const Colour& c) { return c[0] == c[1] && c[1] == c[2]; });
}

bool Header::is_wide() const {
    constexpr std::uint32_t byte = std::numeric_limits<std::uint8_t>::max();
    return std::ranges::any_of(masks, [](const Mask& mask) { return mask.white > byte; });
}

bool has_signature(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= file_header + 4 && bytes[0] == 'B' && bytes[1] == 'M' &&
           std::ranges::count(header_sizes, Fields(bytes).word(file_header)) > 0;
}

std::size_t row_length(int width, int bits) {
    return ceil_div<std::size_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(bits), 32) * 4;
}

Header parse_bitmap(std::span<const std::uint8_t> bytes, std::optional<std::size_t> pixels) {
    const Fields fields(bytes);
    const Info info = info_of(fields);
    Header header;
    parse_size(fields, info, header);
    header.pixels = pixels.value_or(end_of_palette(info, header.bits));
    if (header.pixels < info.length) malformed("its pixels begin inside it");
    parse_coding(fields, info, header);
    if (header.coding != Coding::plain) header.run_bytes = info.pixel_bytes;
    if (header.has_palette()) parse_palette(fields, info, header);
    parse_profile(fields, info, header);
    return header;
}

Header parse_header(std::span<const std::uint8_t> bytes) {
    const std::size_t pixels = Fields(bytes).word(10);
    if (pixels < file_header) malformed("its pixels begin inside it");
    Header header = parse_bitmap(bytes.subspan(file_header), pixels - file_header);
    header.pixels += file_header;
    return header;
}

}  // namespace glimpse::bmp
