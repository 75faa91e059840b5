#pragma once

#include "conversion/targets.hpp"

namespace glimpse::conversion {

/// The keys of a mechanism's entry, as this program has them, with all of their numbers. Files have absolute
/// paths, since the document that names them may lie anywhere.
Json own_keys(const Mechanism& mechanism);

/// The same numbers, with 0 for -0.
Json without_negative_zeros(Json json);

}  // namespace glimpse::conversion
