#pragma once

#include <string>
#include <vector>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// A box without a document.
struct BoxEntry {
    std::string id;  ///< empty: its position
    Box box;
    Units units = Units::pixels;
};

/// The glimpses of boxes by the default mechanism, `place` being where they come from. With `fill_with_mean`,
/// what lies outside the image is filled with its mean. Throws `UsageError` as `parse_parameters`.
ParameterDocument parameters_of_boxes(const std::vector<BoxEntry>& boxes, const std::string& place,
                                      const ParameterDefaults& defaults, bool fill_with_mean);

}  // namespace glimpse
