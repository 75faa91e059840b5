#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

// A module is a shared object that is loaded by name when it is first needed, since that takes long. It
// exports one table of functions, `glimpse_module`, whose first word is the hash of the headers that it was
// compiled with.

namespace glimpse {

/// What a module exports: `Functions` is its interface, a struct of pointers to functions.
template <typename Functions>
struct Module {
    std::uint64_t version;
    Functions functions;
};

/// Where a module is: `NAME.so` in the modules' directory beside the library.
std::filesystem::path module_path(const std::string& name);

/// The table of a module, which is loaded unless it already was. Throws `Error` where there is none, or one
/// of another version.
const void* open_module(const char* name);

/// The functions of a module. Throws likewise.
template <typename Functions>
const Functions& opened_module(const char* name) {
    return static_cast<const Module<Functions>*>(open_module(name))->functions;
}

}  // namespace glimpse
