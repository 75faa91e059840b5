#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse {

/// The page: its skeleton with style and script, the title, and the data as JSON. `records` are texts of
/// JSON, the elements of the data's "records"; they may hold anything, and end neither the element that they
/// stand in nor anything else.
std::string page_text(std::string_view title, const nlohmann::json& data,
                      const std::vector<std::string>& records);

/// A JSON text with the same value, which an element of HTML can hold: without "<", ">" and "&", and without
/// U+2028 and U+2029, which end lines in scripts.
std::string json_for_html(std::string_view json);

}  // namespace glimpse
