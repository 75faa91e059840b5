#pragma once

#include <memory>

#include "glimpse/backend.hpp"

namespace glimpse {

/// What the module `cuda` offers: it is opened only when a GPU is asked for, since CUDA's own libraries take
/// longer to load than most glimpses take to make. Its entry, `glimpse_cuda`, returns one.
class CudaModule {
  public:
    virtual ~CudaModule() = default;

    /// Throws `UsageError` with the reason and the remedy where there is no such device.
    [[nodiscard]] virtual std::unique_ptr<Backend> make_backend(int number) const = 0;

    /// On the first device that can be used; null where there is none.
    [[nodiscard]] virtual std::unique_ptr<Backend> make_any_backend() const = 0;

    [[nodiscard]] virtual BackendDescription describe() const = 0;
};

}  // namespace glimpse
