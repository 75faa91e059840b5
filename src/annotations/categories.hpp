#pragma once

#include <string>
#include <vector>

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// Replaces the numbers of categories by their names.
void resolve_categories(DataSet& set);

/// Leaves boxes of the wanted categories; all where none is named. A name comes before a number: the digit
/// "1" of a data set may have the number 2. Throws `InvalidOption` where a wanted one is none.
void keep_categories(DataSet& set, const std::vector<std::string>& wanted);

}  // namespace glimpse::annotations
