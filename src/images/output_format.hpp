#pragma once

#include <string>
#include <string_view>

namespace glimpse {

/// The format that an image is encoded as: `format` ("png", ".PNG" and "PNG" alike), or else the extension of
/// `file`, or else png. `file` may be empty. Throws `UsageError` where the two contradict each other, or
/// where the format cannot be written.
std::string output_format(const std::string& file, const std::string& format);

/// Whether a format holds numbers as they are, in float32, rather than a picture: nothing is rounded or
/// scaled for it.
bool is_array_format(std::string_view format);

/// The format of the attention maps beside glimpses in `format`: an array beside arrays, else png.
std::string map_format(std::string_view format);

}  // namespace glimpse
