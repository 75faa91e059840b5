#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

/// The directories of a TIFF, or of what is built like one: EXIF, and the index of several JPEGs.
class TiffStructure {
  public:
    /// An entry of a directory.
    struct Entry {
        std::uint64_t tag;
        std::uint64_t width;  ///< of one of its numbers, in bytes; 0 of a type that is not known
        std::uint64_t count;  ///< of its numbers
        std::uint64_t at;     ///< where they lie
    };

    explicit TiffStructure(std::span<const std::uint8_t> bytes)
        : bytes_(bytes), big_endian_(starts_with(bytes, "MM")), is_large_(number(2, 2) == 43) {}

    /// The number in the `length` bytes at an offset; 0 beyond the end.
    [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t length) const {
        if (!lies_within(at, length)) return 0;
        const auto bytes = bytes_.subspan(at, length);
        return big_endian_ ? big_endian(bytes) : little_endian(bytes);
    }

    /// The k-th number of an entry.
    [[nodiscard]] std::uint64_t number(const Entry& entry, std::uint64_t k) const {
        return number(entry.at + k * entry.width, static_cast<std::size_t>(entry.width));
    }

    [[nodiscard]] bool lies_within(std::uint64_t at, std::uint64_t length) const {
        return at <= bytes_.size() && length <= bytes_.size() - at;
    }

    /// Whether all of an entry's numbers lie within the bytes.
    [[nodiscard]] bool lies_within(const Entry& entry) const {
        return entry.width == 0 || (entry.count <= bytes_.size() / entry.width &&
                                    lies_within(entry.at, entry.count * entry.width));
    }

    /// The offset of the first directory.
    [[nodiscard]] std::uint64_t first() const { return number(is_large_ ? 8 : 4, offset_width()); }

    /// Calls visit(entry) for each entry of the directory at an offset. Returns the offset of its end, for
    /// `next`; none where there is no directory.
    template <typename Visit>
    std::optional<std::uint64_t> for_each_entry(std::uint64_t directory, const Visit& visit) const {
        constexpr std::uint64_t most_entries = 4096;
        const std::size_t count_width = is_large_ ? 8 : 2;
        const std::uint64_t size = is_large_ ? 20 : 12;
        const std::uint64_t count = number(directory, count_width);
        const std::uint64_t length = count_width + count * size + offset_width();
        if (directory == 0 || count == 0 || count > most_entries || !lies_within(directory, length))
            return std::nullopt;
        for (std::uint64_t k = 0; k < count; ++k) visit(entry(directory + count_width + k * size));
        return directory + length;
    }

    /// The offset of the next directory, which a directory that ends at `end` ends with; 0 for the last one.
    [[nodiscard]] std::uint64_t next(std::uint64_t end) const {
        return number(end - offset_width(), offset_width());
    }

  private:
    [[nodiscard]] std::size_t offset_width() const { return is_large_ ? 8 : 4; }

    [[nodiscard]] Entry entry(std::uint64_t at) const {
        constexpr std::array<std::uint64_t, 19> widths{0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                       8, 4, 8, 4, 0, 0, 8, 8, 8};
        const std::uint64_t type = number(at + 2, 2);
        Entry entry{number(at, 2), type < widths.size() ? widths[type] : 0, number(at + 4, offset_width()),
                    at + 4 + offset_width()};
        const bool fits = entry.width == 0 || entry.count <= offset_width() / entry.width;
        if (!fits) entry.at = number(entry.at, offset_width());
        return entry;
    }

    std::span<const std::uint8_t> bytes_;
    bool big_endian_;
    bool is_large_;  ///< BigTIFF, with offsets of 64 bits
};

}  // namespace glimpse
