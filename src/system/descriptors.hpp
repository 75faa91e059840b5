#pragma once

#include <cstdint>
#include <span>

namespace glimpse {

/// Writes all bytes to a file descriptor. Throws `Error` with the system's reason alone.
void write_all(int descriptor, std::span<const std::uint8_t> bytes);

}  // namespace glimpse
