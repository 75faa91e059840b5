#pragma once

#include "glimpse/parameters.hpp"

namespace glimpse {

/// Reads the files that mechanisms of the document take their attention from and supplies their values: 8-bit
/// pictures divided by 255, 16-bit by 65535, floating point and arrays as they are. Throws `Error` "FILE:
/// reason".
void supply_attention_files(ParameterDocument& document);

/// Likewise for one mechanism.
void supply_attention_file(Mechanism& mechanism);

}  // namespace glimpse
