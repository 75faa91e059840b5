#pragma once

namespace glimpse {

/// "MAJOR.MINOR.PATCH" of the library.
const char* version();

}  // namespace glimpse
