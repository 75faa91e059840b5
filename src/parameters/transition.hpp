#pragma once

#include <string_view>

#include "glimpse/transition.hpp"
#include "parameters/description.hpp"
#include "parameters/reading_context.hpp"

namespace glimpse::parameters {

/// "transition", which every entry may have.
Key transition_key();

/// A number, one for each channel, or rows of one for each pixel. Throws `UsageError`.
Transition read_transition(const json::Value& value, const ReadingContext& context);

}  // namespace glimpse::parameters
