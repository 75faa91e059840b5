#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The ids of glimpses, which become parts of file names.

namespace glimpse::parameters {

constexpr std::size_t longest_id = 200;

/// What an id consists of, for messages.
constexpr std::string_view id_rule = R"(letters, digits, ".", "_" and "-", not starting with ".")";

/// The same as a regular expression.
constexpr std::string_view id_pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$";

/// Whether it obeys `id_rule` and is not empty; of any length.
bool is_legal_id(std::string_view id);

/// The word cut to `longest_id` / 2 bytes, so that a number fits behind it, each illegal one replaced by "_";
/// "_" for an empty word.
std::string legal_id(std::string_view word);

}  // namespace glimpse::parameters
