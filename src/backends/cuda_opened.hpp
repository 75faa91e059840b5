#pragma once

#include <memory>

#include "glimpse/backend.hpp"

namespace glimpse {

/// The CUDA backend on device `number`. Throws `UsageError` with the reason and the remedy where it is not
/// available.
std::unique_ptr<Backend> make_cuda_backend(int number);

/// On the first device that can be used; null where there is none, for whatever reason.
std::unique_ptr<Backend> make_any_cuda_backend();

/// The devices that CUDA offers, or why there are none.
BackendDescription describe_cuda();

}  // namespace glimpse
