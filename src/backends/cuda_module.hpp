#pragma once

#include <memory>

#include "glimpse/backend.hpp"

namespace glimpse {

/// What the module `cuda` offers: it is opened only when a GPU is asked for, since CUDA's own libraries take
/// longer to load than most glimpses take to make.
struct CudaModule {
    /// Throws `UsageError` with the reason and the remedy where there is no such device.
    std::unique_ptr<Backend> (*make_backend)(int number);

    /// On the first device that can be used; null where there is none.
    std::unique_ptr<Backend> (*make_any_backend)();

    BackendDescription (*describe)();
};

}  // namespace glimpse
