#include "codecs/module.hpp"

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

const Coder& ModuleCodec::coder() const {
    std::call_once(opened_, [&] {
        const auto path = library_directory() / GLIMPSE_MODULE_SUBDIRECTORY / (description_.name + ".so");
        void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) throw Error("the codec module " + description_.name + " cannot be opened: " + dlerror());
        using Entry = const Coder* (*)();
        const auto entry = reinterpret_cast<Entry>(dlsym(handle, "glimpse_coder"));
        if (!entry) throw Error("the codec module " + path.string() + " is not one of this program's");
        coder_ = entry();
    });
    return *coder_;
}

std::unique_ptr<ImageReader> ModuleCodec::open(std::span<const std::uint8_t> bytes) const {
    return coder().open(bytes);
}

std::vector<std::uint8_t> ModuleCodec::encode(const Image& image, std::string_view extension) const {
    return coder().encode(image, extension);
}

}  // namespace glimpse
