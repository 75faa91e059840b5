#pragma once

#include <string>
#include <vector>

#include "glimpse/export.hpp"

namespace glimpse {

/// A part of the library that is loaded when it is first needed.
struct ModuleDescription {
    std::string name;
    std::string absence;  ///< why it cannot be loaded; empty where it can
};

/// All modules of this build, with those that were left out for want of a library.
GLIMPSE_EXPORT std::vector<ModuleDescription> modules();

}  // namespace glimpse
