#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The ids of glimpses, which become parts of file names.

namespace glimpse::parameters {

constexpr std::size_t longest_id = 200;

/// What an id consists of, for messages.
constexpr std::string_view id_rule = R"(letters, digits, ".", "_" and "-", not starting with ".")";

/// Whether it obeys `id_rule` and is not empty; of any length.
bool is_legal_id(std::string_view id);

/// The word made legal: its first half `longest_id` letters, each that is illegal replaced by "_"; "_" where
/// there are none. What tells equal ones apart has room behind it.
std::string legal_id(std::string_view word);

}  // namespace glimpse::parameters
