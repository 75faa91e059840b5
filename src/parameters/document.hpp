#pragma once

#include <string_view>

#include "glimpse/parameters.hpp"
#include "parameters/entry.hpp"
#include "parameters/mechanisms.hpp"

namespace glimpse::parameters {

/// The glimpses of a document: an object with "glimpses", an array of entries, or a single entry.
ParameterDocument read_document(const json::Value& root, const ReadingContext& context);

/// The same of a text. No tree of all entries is made, which would take far more memory than they do.
ParameterDocument read_document(std::string_view text, const json::Source& source,
                                const ReadingContext& context);

}  // namespace glimpse::parameters
