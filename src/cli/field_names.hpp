#pragma once

#include <string>
#include <string_view>

namespace glimpse::cli {

/// The option that sets a field of the library's options: "--out" for "out". A field without one has its own
/// name.
std::string option_of_field(std::string_view field);

}  // namespace glimpse::cli
