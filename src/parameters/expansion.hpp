#pragma once

#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// Appends to the document the glimpses that one stands for, whether an entry or a box asked for it: itself.
void append_glimpses(Glimpse glimpse, ParameterDocument& document);

}  // namespace glimpse::parameters
