#pragma once

#include <string>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// The first of them, as of one image; empty where there are none.
GLIMPSE_EXPORT std::string words(const Doubts& doubts);

}  // namespace glimpse
