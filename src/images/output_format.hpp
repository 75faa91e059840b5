#pragma once

#include <string>

namespace glimpse {

/// The format that an image is encoded as: `format` ("png", ".PNG" and "PNG" alike), or else the extension of
/// `file`, or else png. `file` may be empty. Throws `UsageError` where the two contradict each other, or
/// where the format cannot be written.
std::string output_format(const std::string& file, const std::string& format);

}  // namespace glimpse
