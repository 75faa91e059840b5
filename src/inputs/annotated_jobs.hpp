#pragma once

#include <vector>

#include "glimpse/inputs.hpp"

namespace glimpse {

/// The jobs of images whose boxes come from annotations. Throws `UsageError`.
std::vector<ImageJob> annotated_jobs(const InputOptions& options);

}  // namespace glimpse
