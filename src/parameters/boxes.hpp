#pragma once

#include <string>
#include <string_view>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// The mechanism of that word that looks at the box, as the command line's defaults have it otherwise; not
/// validated. Throws `UsageError` for a word that names none.
Mechanism make_mechanism(std::string_view word, const OrientedBox& box, const ParameterDefaults& defaults);

/// The glimpse of a box by the default mechanism, `place` being where it comes from. Throws `UsageError` as
/// `parse_parameters`.
Glimpse glimpse_of_box(const std::string& id, const OrientedBox& box, const std::string& place,
                       const ParameterDefaults& defaults);

}  // namespace glimpse
