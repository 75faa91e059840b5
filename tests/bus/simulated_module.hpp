#pragma once

#include <memory>

#include "backends/cuda_module.hpp"
#include "system/module.hpp"

/// The table of the module `cuda`, whose sources are a part of this program.
extern "C" const glimpse::Module<glimpse::CudaModule> glimpse_module;

namespace glimpse {

/// The module's backend, on the simulated GPU.
inline std::unique_ptr<Backend> simulated_backend() {
    return glimpse_module.functions.make_backend(0);
}

}  // namespace glimpse
