#include "system/module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/modules.hpp"
#include "module_version.hpp"

namespace glimpse {

namespace {

/// The directory of the library that holds this function.
std::filesystem::path library_directory() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&library_directory), &info) == 0)
        throw Error("the library cannot be located");
    return std::filesystem::canonical(info.dli_fname).parent_path();
}

/// Why dlopen has just failed: that the module is absent, where it is, which says more than `dlerror`.
std::string why_not_opened(std::string_view name) {
    const std::string words = dlerror();
    const std::vector<ModuleDescription> all = modules();
    const auto module = std::ranges::find(all, name, &ModuleDescription::name);
    return module == all.end() || module->absence.empty() ? words : module->absence;
}

}  // namespace

std::filesystem::path module_path(const std::string& name) {
    return library_directory() / GLIMPSE_MODULE_SUBDIRECTORY / (name + ".so");
}

const void* open_module(const char* name) {
    const std::filesystem::path path = module_path(name);
    // Each library is bound as it was linked: a module's own functions at once where it is optimised, most
    // of those below OpenImageIO when they are called.
    void* const handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        throw Error(std::string("the module ") + name + " cannot be opened: " + why_not_opened(name));
    const void* const table = dlsym(handle, "glimpse_module");
    // The version is the table's first word, whatever its type.
    if (!table || *static_cast<const std::uint64_t*>(table) != module_version) {
        throw Error(path.string(), "the module is of another version than the library: install both anew");
    }
    return table;
}

}  // namespace glimpse
