#pragma once

#include <string>

namespace glimpse {

/// The function `entry` of a module, `NAME.so` in the modules' directory beside the library, which is opened
/// by it if it was not yet. Throws `Error` where there is no such module.
void* module_entry(const std::string& name, const char* entry);

}  // namespace glimpse
