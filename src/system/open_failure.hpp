#pragma once

#include <string>

namespace glimpse {

/// Why a file cannot be opened or made, by the value of `errno`; says what the process is confined to where
/// that may be the cause.
std::string open_failure(int error);

}  // namespace glimpse
