#pragma once

#include <string>
#include <string_view>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// The mechanism of that name on the box, with the caller's defaults; not validated. Throws
/// `UsageError` for an unknown name.
Mechanism make_mechanism(std::string_view word, const OrientedBox& box, const ParameterDefaults& defaults);

/// Appends to the document the glimpses of a box by the default mechanism, validated; `place` is the box's,
/// for messages. Throws `UsageError` as `parse_parameters`.
void append_glimpses_of_box(const std::string& id, const OrientedBox& box, const Place& place,
                            const ParameterDefaults& defaults, ParameterDocument& document);

}  // namespace glimpse
