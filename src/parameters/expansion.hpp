#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// The id of part n of what has the id `whole`: "word.003".
std::string part_id(const std::string& whole, std::size_t n);

/// The id of part n; it may throw.
using PartIds = std::function<std::string(std::size_t n)>;

/// Appends to the document the glimpses that one stands for, whether an entry or a box asked for it: itself,
/// or its parts, each with an id of its own.
void append_glimpses(Glimpse glimpse, const PartIds& ids, ParameterDocument& document);

}  // namespace glimpse::parameters
