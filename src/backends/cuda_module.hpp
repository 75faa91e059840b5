#pragma once

#include <memory>

#include "glimpse/backend.hpp"

namespace glimpse {

/// The interface of the module `cuda`, which is loaded only when a GPU is asked for: CUDA's libraries take
/// longer to load than most glimpses take to compute.
struct CudaModule {
    /// Throws `UsageError` with the reason and the remedy where there is no such device.
    std::unique_ptr<Backend> (*make_backend)(int number);

    /// On the first device that can be used; null where there is none.
    std::unique_ptr<Backend> (*make_any_backend)();

    /// CUDA's and OpenCV's versions and the devices, or why there are none.
    BackendDescription (*describe)();
};

}  // namespace glimpse
