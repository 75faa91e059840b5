#pragma once

#include <filesystem>

namespace glimpse {

/// Whether a file may be all of an output of its extension: neither empty nor, as far as its ends and the
/// lengths in them tell, another format or cut short. Nothing is decoded.
bool may_be_whole(const std::filesystem::path& file);

}  // namespace glimpse
