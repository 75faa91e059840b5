#pragma once

#include "glimpse/mechanisms/mask.hpp"
#include "parameters/description.hpp"

// The key "tokens": a map out of a transformer's attention matrices.

namespace glimpse::parameters {

Key tokens_key();

/// The map of a reference to attention matrices, for later. Throws `UsageError` at the place of what does
/// not fit the array's shape.
Mask::FileForm read_tokens(const json::Value& value, const ReadingContext& context);

}  // namespace glimpse::parameters
