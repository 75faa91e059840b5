#include "system/module.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

/// The directory of the file that this very function was loaded from.
std::filesystem::path library_directory() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&library_directory), &info) == 0)
        throw Error("the library cannot be located");
    return std::filesystem::canonical(info.dli_fname).parent_path();
}

}  // namespace

void* module_entry(const std::string& name, const char* entry) {
    const auto path = library_directory() / GLIMPSE_MODULE_SUBDIRECTORY / (name + ".so");
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) throw Error("the module " + name + " cannot be opened: " + dlerror());
    void* const function = dlsym(handle, entry);
    if (!function) throw Error("the module " + path.string() + " is not one of this program's");
    return function;
}

}  // namespace glimpse
