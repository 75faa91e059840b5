#pragma once

#include <cstdint>
#include <span>

namespace glimpse {

/// Writes all bytes to a file descriptor. Throws `Error` with the system's reason alone, and
/// `ReaderGone` for a pipe that nobody reads.
void write_all(int descriptor, std::span<const std::uint8_t> bytes);

}  // namespace glimpse
