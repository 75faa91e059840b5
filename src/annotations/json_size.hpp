#pragma once

#include <optional>
#include <string_view>

#include "glimpse/geometry.hpp"
#include "json/value.hpp"

namespace glimpse::annotations {

/// The size that the members of these names declare, as `declared_size` has it; none where one is no number.
/// Throws `UsageError` at the record's place.
std::optional<Size> declared_size(const json::Value& record, std::string_view width, std::string_view height);

}  // namespace glimpse::annotations
