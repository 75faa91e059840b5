#pragma once

#include "glimpse/export.hpp"
#include "module_version.hpp"
#include "system/module.hpp"

/// Exports a module's table: its interface, a struct of pointers to functions, and these functions.
#define GLIMPSE_MODULE(Functions, ...)                                            \
    extern "C" GLIMPSE_EXPORT const ::glimpse::Module<Functions> glimpse_module { \
        ::glimpse::module_version, {                                              \
            __VA_ARGS__                                                           \
        }                                                                         \
    }
