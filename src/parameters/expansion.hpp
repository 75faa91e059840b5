#pragma once

#include <string>

#include "glimpse/parameters.hpp"
#include "parameters/entry.hpp"
#include "parameters/mechanisms.hpp"

namespace glimpse::parameters {

/// Appends to the document the glimpses that an entry stands for: one, under the entry's own id. `place` is
/// the entry's, for messages. Throws `UsageError` as `read_mechanism`.
void expand(Entry& entry, std::string id, const std::string& place, const ReadingContext& context,
            ParameterDocument& document);

}  // namespace glimpse::parameters
