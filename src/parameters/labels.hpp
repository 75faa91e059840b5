#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "json/value.hpp"
#include "parameters/reading_context.hpp"

namespace glimpse::parameters {

/// A label: a text that is not of white space alone.
std::string read_label(const json::Value& value);

/// The labels of an entry's elements, or of the run's images: an array of texts, or a text file in UTF-8 with
/// one in each line. Throws `UsageError` where they are not as many as the elements, or one is blank.
std::vector<std::string> read_labels(const json::Value& value, const ReferencedElements& elements,
                                     const ReadingContext& context);

}  // namespace glimpse::parameters
