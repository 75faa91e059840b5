#pragma once

#include <optional>
#include <vector>

#include "glimpse/mechanisms/mask.hpp"
#include "parameters/description.hpp"

// The keys that say where on the image a mask's map lies.

namespace glimpse::parameters {

/// "within" and "view", of these forms.
std::vector<Key> placement_keys(const std::vector<std::string_view>& forms);

/// A JSON Schema: not both of them.
inline constexpr std::string_view placement_rule = R"({"not": {"required": ["within", "view"]}})";

/// Reads whichever of them the entry has, or else the defaults.
std::optional<mask_form::Placement> read_placement(Entry& entry, const ReadingContext& context);

/// Writes them, where there is a placement.
void write_placement(const std::optional<mask_form::Placement>& placement, WrittenParameters& written);

}  // namespace glimpse::parameters
