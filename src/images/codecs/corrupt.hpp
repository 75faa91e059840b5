#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

/// Throws the `Error` of a file that a decoder refuses, with what the decoder says.
[[noreturn]] inline void fail_corrupt(const std::string& reason = {}) {
    throw Error(with_reason("the file is truncated or corrupt", reason));
}

/// So many bytes from an offset on. Throws `Error` where they are not all there.
inline std::span<const std::uint8_t> bytes_at(std::span<const std::uint8_t> bytes, std::size_t at,
                                              std::size_t count) {
    if (at > bytes.size() || count > bytes.size() - at) fail_corrupt();
    return bytes.subspan(at, count);
}

}  // namespace glimpse
