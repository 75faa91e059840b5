#pragma once

#include <cstdint>
#include <span>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// Reads the file that the mechanism takes its attention from, if any and if it was not read yet, and
/// supplies its values: 8-bit pictures divided by 255, 16-bit by 65535, floating point and arrays as they
/// are. Throws `Error` at the glimpse's place for a file that cannot be read or that the mechanism cannot
/// use.
void supply_attention_file(Glimpse& glimpse);

/// Likewise where the file's bytes lie in memory.
void supply_attention_file(Glimpse& glimpse, std::span<const std::uint8_t> bytes);

}  // namespace glimpse
