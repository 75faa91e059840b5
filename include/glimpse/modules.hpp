#pragma once

#include <string>
#include <vector>

#include "glimpse/export.hpp"

namespace glimpse {

/// A part of the library that is opened when it is needed.
struct ModuleDescription {
    std::string name;
    std::string absence;  ///< why it cannot be opened; empty where it is there
};

/// Those that this build has, or would have if what they need had been there.
GLIMPSE_EXPORT std::vector<ModuleDescription> modules();

}  // namespace glimpse
