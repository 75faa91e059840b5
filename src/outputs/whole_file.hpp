#pragma once

#include <filesystem>

namespace glimpse {

/// Whether a file may be a complete output of its extension: not empty and, as far as its beginning, its end
/// and the lengths in it tell, neither of another format nor cut short. Nothing is decoded.
bool may_be_whole(const std::filesystem::path& file);

}  // namespace glimpse
