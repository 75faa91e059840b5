#pragma once

#include "conversion/targets.hpp"
#include "glimpse/conversion.hpp"

namespace glimpse::conversion {

/// How far what was made of a mechanism, and read back, lies from it.
Deviation deviation_between(const Mechanism& given, const Mechanism& made, const Carried& carried,
                            const KnownImage& image);

}  // namespace glimpse::conversion
