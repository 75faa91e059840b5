#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"

// Arrays of numbers in files: .npy, .npz, .safetensors, and tables of text.

namespace glimpse {

/// Bytes that stay where they are while this lives.
class GLIMPSE_EXPORT StableBytes {
  public:
    virtual ~StableBytes() = default;
    /// The same bytes at the same place, whenever it is asked.
    [[nodiscard]] virtual std::span<const std::uint8_t> bytes() const = 0;
    /// Throws `Error` where some were gone when they were read; zeros stood in their place.
    virtual void require_whole() const {}
    /// Says that bytes which were read need not stay in memory: they are read again when they are asked for.
    virtual void release() const {}
};

/// A file's bytes, mapped into memory. Throws `Error` with the system's reason, without the path.
GLIMPSE_EXPORT std::shared_ptr<const StableBytes> mapped_bytes(const std::filesystem::path& path);

/// Bytes in memory; not null.
GLIMPSE_EXPORT std::shared_ptr<const StableBytes> kept_bytes(
    std::shared_ptr<const std::vector<std::uint8_t>> bytes);

/// How a number lies in memory.
struct ElementType {
    enum class Kind : std::uint8_t {
        boolean,  ///< of 1 byte: 0, or anything else for 1
        natural,  ///< of 1, 2, 4 or 8 bytes, ≥ 0
        integer,  ///< of 1, 2, 4 or 8 bytes
        real,     ///< IEEE 754, of 2, 4 or 8 bytes
        brain     ///< bfloat16, of 2 bytes: the upper half of a float32
    };
    Kind kind = Kind::real;
    std::uint8_t size = sizeof(double);  ///< in bytes
    bool swapped = false;                ///< not in this machine's byte order

    /// From 1 to the next number of 16 bits, 2^-10 or of bfloat16 2^-7; 0 of any other type.
    [[nodiscard]] constexpr double coarse_step() const {
        if (kind == Kind::brain) return 0x1p-7;
        return kind == Kind::real && size == 2 ? 0x1p-10 : 0;
    }
};

/// An array of numbers in a file's bytes, which it keeps. Copies are cheap, and nothing is read before
/// `read`.
class GLIMPSE_EXPORT Array {
  public:
    using Shape = std::vector<std::size_t>;
    enum class Order : std::uint8_t {
        rows,    ///< C's: the last index changes first
        columns  ///< Fortran's: the first index changes first
    };

    /// The numbers lie one after another, from the byte `begin` on. `bytes` is not null; `type` has a size
    /// that its kind allows. Throws `Error` where the bytes are fewer.
    Array(std::shared_ptr<const StableBytes> bytes, std::size_t begin, ElementType type, Shape shape,
          Order order = Order::rows);

    /// The lengths of its axes; none for a single number.
    [[nodiscard]] const Shape& shape() const { return shape_; }
    [[nodiscard]] const ElementType& type() const { return type_; }
    /// Their product.
    [[nodiscard]] std::size_t count() const;

    /// Of each of the first axes an index, negative ones counted from the end, or none: it stays.
    using Index = std::vector<std::optional<int>>;

    /// The sub-array at these indices. Throws `Error` for one that is out of range, with the axis and its
    /// length, and for more than there are axes.
    [[nodiscard]] Array select(const Index& index) const;

    /// The sub-array at a position of an axis, 0 ≤ axis < the number of axes, 0 ≤ position < its length.
    [[nodiscard]] Array take(std::size_t axis, std::size_t position) const;

    /// Its numbers, the last index changing first, into `to`, which has `count` places. Throws `Error` with
    /// the place for one that is NaN, infinite, or of 64 bits and no float64.
    void read(std::span<double> to) const;

    /// As `StableBytes::release`.
    void release() const { bytes_->release(); }

  private:
    /// Throws `Error` with the place of a number that is none, as `read` does.
    void require_number(const std::uint8_t* bytes, double number, const std::vector<std::size_t>& at) const;
    /// Whether as many numbers, one after another, are finite float32 or float64 in this machine's order;
    /// they are read.
    bool read_reals(const std::uint8_t* from, std::span<double> to) const;

    std::shared_ptr<const StableBytes> bytes_;
    std::size_t begin_ = 0;
    ElementType type_;
    Shape shape_;
    std::vector<std::size_t> steps_{};  ///< in bytes, of each axis
    /// For messages, an element for each axis of the file's array: the position that was selected on it, or
    /// none where this array still has the axis.
    std::vector<std::optional<std::size_t>> selected_{};
};

/// The position, from 0, that an index names among so many elements, from the end where it is negative; none
/// where it is out of range.
GLIMPSE_EXPORT std::optional<std::size_t> position_of(std::int64_t index, std::size_t count);

/// "(20, 14, 14)", "(6,)", "()": a shape as numpy writes it.
GLIMPSE_EXPORT std::string shape_text(const Array::Shape& shape);

/// A file with arrays.
class GLIMPSE_EXPORT ArrayFile {
  public:
    virtual ~ArrayFile() = default;
    /// The names of its arrays; of a table with a header, those of its columns. None in a .npy file.
    [[nodiscard]] virtual const std::vector<std::string>& names() const = 0;
    /// Of a table with a header, the names of its columns; of what else there is, none.
    [[nodiscard]] virtual std::vector<std::string> columns() const { return {}; }
    /// The array of that name; without one, "", the only array, or all of a table. Throws `Error` where there
    /// is none, with the names that there are, and for an array that cannot be read.
    [[nodiscard]] virtual Array array(std::string_view name) const = 0;
    /// The bytes that it holds in memory beside the file's own.
    [[nodiscard]] virtual std::uint64_t held() const { return 0; }
    /// The bytes of memory that the array of that name takes when `array` gives it: its size where it is
    /// compressed, 0 where it is the file's or among those that are held. Throws `Error` where there is none.
    [[nodiscard]] virtual std::uint64_t unpacked(std::string_view /*name*/) const { return 0; }
};

/// The arrays of a file, whose content says of which format it is; `bytes` is not null. Throws `Error` with
/// the reason: another format, a damaged header, a table with a fault and its line.
GLIMPSE_EXPORT std::unique_ptr<ArrayFile> open_array_file(std::shared_ptr<const StableBytes> bytes);

/// The most bytes of an array that is compressed in a .npz, which is held in memory.
inline constexpr std::uint64_t largest_unpacked = std::uint64_t{256} << 20;
/// The most bytes of a table. Its numbers are held in memory: where each has two characters, they take
/// `largest_unpacked`.
inline constexpr std::uint64_t largest_table = largest_unpacked / 4;

}  // namespace glimpse
