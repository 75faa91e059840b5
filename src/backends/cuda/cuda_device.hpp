#pragma once

#include <string>

#include "glimpse/backend.hpp"

namespace glimpse::cuda {

/// Throws `UsageError` with the reason and the remedy unless device `number` exists and can run this build.
void require_device(int number);

/// The number of devices; 0 where it cannot be determined.
int device_count();

/// Throws `Failure` where this build has no kernels for the thread's device.
void require_code();

/// The message of a failure on the device `name`, with the remedy.
std::string failure_of_device(const std::string& name, const std::string& what);

/// The message where its memory does not suffice.
std::string lack_of_memory(const std::string& name);

/// CUDA's and OpenCV's versions, the devices, or why there are none.
BackendDescription describe();

}  // namespace glimpse::cuda
