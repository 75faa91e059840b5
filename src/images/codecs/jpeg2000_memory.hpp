#pragma once

#include <cstdint>
#include <span>

namespace glimpse {

/// The bytes that OpenJPEG holds, at most, to decode a codestream of JPEG 2000, beside 8 for each sample: of
/// each tile its parameters; of the largest tile its precincts, code blocks and packets. Few bytes can ask
/// for much of them. Throws `Error` for a damaged header, and for a marker that is none of ISO/IEC 15444-1,
/// -2 or -15, since what follows it cannot be told.
std::int64_t openjpeg_structure_bytes(std::span<const std::uint8_t> codestream);

}  // namespace glimpse
