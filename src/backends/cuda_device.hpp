#pragma once

#include <string>

#include "glimpse/backend.hpp"

namespace glimpse::cuda {

/// Throws `UsageError` with the reason and the remedy unless device `number` is there and can run this build.
void require_device(int number);

/// What failed on the device `name`, with the remedy.
std::string failure_of_device(const std::string& name, const std::string& what);

/// CUDA's and OpenCV's versions, the devices, or why there are none.
BackendDescription describe();

}  // namespace glimpse::cuda
