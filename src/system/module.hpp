#pragma once

#include <string>

namespace glimpse {

/// The function `entry` of a module, `NAME.so` in the modules' directory beside the library, which is opened
/// by it if it was not yet. Throws `Error` where there is no such module.
void* module_entry(const std::string& name, const char* entry);

/// What that function returns a pointer to: the module's interface. Throws likewise.
template <typename Interface>
const Interface& opened_module(const char* name, const char* entry) {
    return *reinterpret_cast<const Interface* (*)()>(module_entry(name, entry))();
}

}  // namespace glimpse
