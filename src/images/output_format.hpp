#pragma once

#include <string>

namespace glimpse {

/// What the image in an output is encoded as: what `format` says ("png", ".PNG" and "PNG" alike), or else the
/// extension of `file`, or else png. `file` may be empty. Throws `UsageError` where the two do not fit, or
/// where it is no format that can be written.
std::string output_format(const std::string& file, const std::string& format);

}  // namespace glimpse
