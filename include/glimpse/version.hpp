#pragma once

#include "glimpse/export.hpp"

namespace glimpse {

/// "MAJOR.MINOR.PATCH" of the library.
GLIMPSE_EXPORT const char* version();

}  // namespace glimpse
