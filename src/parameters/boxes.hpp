#pragma once

#include <string>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// A box without a document.
struct BoxEntry {
    std::string id;
    Box box;
    Units units = Units::pixels;
};

/// The glimpse of a box by the default mechanism, `place` being where it comes from. Throws `UsageError` as
/// `parse_parameters`.
Glimpse glimpse_of_box(const BoxEntry& entry, const std::string& place, const ParameterDefaults& defaults);

}  // namespace glimpse
