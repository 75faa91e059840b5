#pragma once

#include <memory>

#include "glimpse/inputs.hpp"
#include "inputs/standard_input.hpp"

namespace glimpse {

using Document = std::shared_ptr<const ParameterDocument>;

/// The document of every image without one of its own; null without one. Throws `UsageError`.
Document shared_document(const InputOptions& options, StandardInput& standard_input);

}  // namespace glimpse
