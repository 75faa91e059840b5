#pragma once

#include "glimpse/parameters.hpp"
#include "parameters/entry.hpp"
#include "parameters/mechanisms.hpp"

namespace glimpse::parameters {

/// The glimpses of a document: an object with "glimpses", an array of entries, or a single entry.
ParameterDocument read_document(const json::Value& root, const ReadingContext& context);

}  // namespace glimpse::parameters
