#include "images/codecs/openimageio_lengths.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/boxes.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;
using Length = std::optional<std::size_t>;
using namespace std::string_view_literals;

/// A bare JPEG 2000 codestream: its main header, and tile-parts up to the marker of the end
/// (ISO/IEC 15444-1, A.4).
Length codestream_length(Bytes bytes) {
    constexpr std::size_t start_of_tile_part = 0xFF90;
    constexpr std::size_t end_of_codestream = 0xFFD9;
    constexpr std::size_t marker_length = 2;
    if (bytes.size() < marker_length) return std::nullopt;
    for (std::size_t at = marker_length; bytes.size() - at >= marker_length;) {
        const std::size_t marker = big_endian(bytes.subspan(at, marker_length));
        if (marker == end_of_codestream) return at + marker_length;
        constexpr std::size_t tile_part_header = 12;
        std::size_t length = 0;
        if (marker == start_of_tile_part) {
            if (bytes.size() - at < tile_part_header) return std::nullopt;
            length = big_endian(bytes.subspan(at + 6, 4));
            if (length == 0) {  // up to the end marker, which its data cannot contain
                const std::string_view data(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                const std::size_t end = data.find("\xFF\xD9"sv, at);
                if (end == data.npos) return std::nullopt;
                return end + marker_length;
            }
            if (length < tile_part_header) return std::nullopt;
        } else if (marker >> 8 == 0xFF) {
            if (bytes.size() - at < 2 * marker_length) return std::nullopt;
            length = marker_length + big_endian(bytes.subspan(at + marker_length, 2));
        } else {
            return std::nullopt;
        }
        if (length > bytes.size() - at) return std::nullopt;
        at += length;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> heif_length(std::span<const std::uint8_t> bytes) {
    return boxes_length(bytes, [](std::string_view, Bytes) { return Length(); });
}

std::optional<std::size_t> jpeg2000_length(std::span<const std::uint8_t> bytes) {
    if (starts_with(bytes, "\xFF\x4F"sv)) return codestream_length(bytes);
    return boxes_length(bytes, [](std::string_view type, Bytes content) {
        return type == "jp2c" ? codestream_length(content) : Length();
    });
}

namespace {

/// Radiance's pixels: four bytes each, or each row's bytes of one kind after another, in runs.
class RadiancePixels {
  public:
    RadiancePixels(Bytes bytes, std::size_t at) : bytes_(bytes), at_(at) {}

    /// The offset behind so many rows; none where some are missing.
    Length end(std::size_t rows, std::size_t width) {
        for (std::size_t y = 0; y < rows; ++y) {
            const bool done = has_new_runs(width) ? skip_new_runs(width) : skip_pixels(width);
            if (!done) return std::nullopt;
        }
        return at_;
    }

    /// Of the rows that were looked for an end.
    [[nodiscard]] bool has_old_runs() const { return has_old_runs_; }

  private:
    [[nodiscard]] bool has(std::size_t length) const { return bytes_.size() - at_ >= length; }

    [[nodiscard]] bool has_new_runs(std::size_t width) const {
        constexpr std::size_t shortest = 8;
        constexpr std::size_t longest = 0x7FFF;
        return width >= shortest && width <= longest && has(4) && bytes_[at_] == 2 && bytes_[at_ + 1] == 2 &&
               big_endian(bytes_.subspan(at_ + 2, 2)) == width;
    }

    bool skip_new_runs(std::size_t width) {
        constexpr std::size_t longest_literal = 128;
        at_ += 4;
        for (int channel = 0; channel < 4; ++channel) {
            for (std::size_t x = 0; x < width;) {
                if (!has(1)) return false;
                const std::size_t count = bytes_[at_];
                const bool run = count > longest_literal;
                const std::size_t stored = 1 + (run ? 1 : count);
                if (count == 0 || !has(stored)) return false;
                at_ += stored;
                x += run ? count - longest_literal : count;
            }
        }
        return true;
    }

    /// A pixel of 1, 1, 1 repeats the one before, and the next such pixel 256 times as often.
    bool skip_pixels(std::size_t width) {
        unsigned shift = 0;
        for (std::size_t x = 0; x < width; at_ += 4) {
            if (!has(4)) return false;
            const bool repeats = bytes_[at_] == 1 && bytes_[at_ + 1] == 1 && bytes_[at_ + 2] == 1;
            if (repeats && shift > 24) return false;
            has_old_runs_ = has_old_runs_ || repeats;
            x += repeats ? std::size_t{bytes_[at_ + 3]} << shift : 1;
            shift = repeats ? shift + 8 : 0;
        }
        return true;
    }

    Bytes bytes_;
    std::size_t at_;
    bool has_old_runs_ = false;
};

}  // namespace

std::optional<RadianceSize> radiance_size(std::span<const std::uint8_t> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t empty_line = text.find("\n\n");
    if (empty_line == text.npos) return std::nullopt;
    const std::size_t begin = empty_line + 2;
    const std::size_t end = text.find('\n', begin);
    if (end == text.npos) return std::nullopt;
    const std::string_view line = text.substr(begin, end - begin);
    const auto number_after = [&](std::size_t at) -> std::size_t {
        std::size_t number = 0;
        at = line.find_first_not_of(' ', line.find(' ', at));
        if (at == line.npos) return 0;
        std::from_chars(line.data() + at, line.data() + line.size(), number);
        return number;
    };
    const std::size_t second_axis = line.find_first_of("+-", 1);
    if (second_axis == line.npos) return std::nullopt;
    const RadianceSize size{.rows = number_after(0), .width = number_after(second_axis), .pixels = end + 1};
    return size.rows == 0 || size.width == 0 ? std::nullopt : std::optional(size);
}

std::optional<std::size_t> radiance_length(std::span<const std::uint8_t> bytes) {
    const auto size = radiance_size(bytes);
    return size ? RadiancePixels(bytes, size->pixels).end(size->rows, size->width) : std::nullopt;
}

void require_readable_radiance_runs(std::span<const std::uint8_t> bytes) {
    const auto size = radiance_size(bytes);
    if (!size) return;
    RadiancePixels pixels(bytes, size->pixels);
    static_cast<void>(pixels.end(size->rows, size->width));
    if (pixels.has_old_runs())
        throw Error(
            "a Radiance picture with runs of pixels, as old programs write it, is not supported; ra_xyze -r "
            "makes one with runs of each colour of it");
}

namespace {

/// The offset behind the attributes of OpenEXR's header: a name, a type, a length and a value each, and an
/// empty name at the end.
Length openexr_table(Bytes bytes) {
    constexpr std::size_t magic_and_version = 8;
    const auto behind_word = [&](std::size_t at) {
        while (at < bytes.size() && bytes[at] != 0) ++at;
        return at + 1;
    };
    std::size_t at = magic_and_version;
    while (at < bytes.size() && bytes[at] != 0) {
        at = behind_word(behind_word(at));
        if (at > bytes.size() || bytes.size() - at < 4) return std::nullopt;
        at += 4 + little_endian(bytes.subspan(at, 4));
    }
    return at < bytes.size() ? Length(at + 1) : std::nullopt;
}

}  // namespace

/// The header is followed by a table of offsets, and that by the chunks, each with its length.
std::optional<std::size_t> openexr_length(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t tiles = 0x200;
    constexpr std::size_t deep_or_several_parts = 0x1800;
    if (bytes.size() < 8) return std::nullopt;
    const std::size_t version = little_endian(bytes.subspan(4, 4));
    const Length table = (version & deep_or_several_parts) != 0 ? std::nullopt : openexr_table(bytes);
    if (!table) return std::nullopt;
    std::size_t first = bytes.size();
    std::size_t last = 0;
    for (std::size_t at = *table; at < first; at += 8) {
        if (bytes.size() - at < 8) return std::nullopt;
        const std::size_t offset = little_endian(bytes.subspan(at, 8));
        if (offset <= at || offset >= bytes.size()) return std::nullopt;  // 0 for a missing chunk
        first = std::min(first, offset);
        last = std::max(last, offset);
    }
    const std::size_t header = (version & tiles) != 0 ? 20 : 8;  // the length in its last 4 bytes
    if (bytes.size() - last < header) return std::nullopt;
    const std::size_t length = header + little_endian(bytes.subspan(last + header - 4, 4));
    return length <= bytes.size() - last ? Length(last + length) : std::nullopt;
}

}  // namespace glimpse
