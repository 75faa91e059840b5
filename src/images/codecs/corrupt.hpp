#pragma once

#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

/// Throws the `Error` of a file that a decoder refuses, with what the decoder says.
[[noreturn]] inline void fail_corrupt(const std::string& reason = {}) {
    throw Error(with_reason("the file is truncated or corrupt", reason));
}

}  // namespace glimpse
