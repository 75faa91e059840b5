#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "glimpse/mechanism.hpp"
#include "parameters/entry.hpp"
#include "parameters/reading_context.hpp"

namespace glimpse::parameters {

/// The keys of all mechanisms' entries.
const std::vector<std::string_view>& entry_keys();

/// The mechanism that an entry describes, validated. Throws `UsageError` at the place of what is wrong.
Mechanism read_mechanism(Entry& entry, const ReadingContext& context);

}  // namespace glimpse::parameters
