#pragma once

#include <string>
#include <string_view>

namespace glimpse {

/// A path as reports write it, in UTF-8, and another text for each path: a byte that belongs to no character
/// of UTF-8, and each byte of a U+FFFD in it, becomes U+FFFD and its two hexadecimal digits.
std::string reported_path(std::string_view path);

/// The path of which that is the text: each U+FFFD with two hexadecimal digits behind it is a byte again.
std::string path_of_reported(std::string_view reported);

}  // namespace glimpse
