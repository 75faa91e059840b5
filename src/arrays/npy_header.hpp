#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "glimpse/array.hpp"

// The .npy format: NumPy Enhancement Proposal 1.

namespace glimpse {

struct NpyHeader {
    ElementType type;
    Array::Order order = Array::Order::rows;
    Array::Shape shape;
    std::size_t data = 0;  ///< offset of the numbers
};

/// What a .npy file begins with.
std::span<const std::uint8_t> npy_magic();

/// Whether the bytes begin as a .npy file does.
bool begins_npy(std::span<const std::uint8_t> bytes);

/// The header of what begins as a .npy file. Throws `Error` for one that is malformed, and for arrays of
/// anything but numbers. Whether all numbers are there is not looked at.
NpyHeader npy_header(std::span<const std::uint8_t> bytes);

/// Throws the `Error` of bytes behind the array, with their number, where there are some: numpy.load would
/// read none of them.
void require_nothing_behind(std::span<const std::uint8_t> rest);

/// Throws the `Error` of a .npy file that is cut short.
[[noreturn]] void fail_truncated_npy();

}  // namespace glimpse
