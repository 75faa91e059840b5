#pragma once

#include <string>

#include "glimpse/backend.hpp"

namespace glimpse::cuda {

/// Throws `UsageError` with the reason and the remedy unless device `number` is there and can run this build.
void require_device(int number);

/// How many devices there are; 0 where that cannot be told.
int device_count();

/// Throws `Error` where this build has no kernels for the thread's device.
void require_code();

/// Whether a failure's words say that there was no memory left.
bool is_out_of_memory(const std::string& what);

/// What failed on the device `name`, with the remedy.
std::string failure_of_device(const std::string& name, const std::string& what);

/// CUDA's and OpenCV's versions, the devices, or why there are none.
BackendDescription describe();

}  // namespace glimpse::cuda
