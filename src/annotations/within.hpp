#pragma once

#include <filesystem>
#include <string>

namespace glimpse {

/// Why a name that a file gives must not be followed below `directory`: it is absolute, or leads out of it,
/// by ".." or through a symbolic link. Empty where it stays.
std::string obstacle_within(const std::filesystem::path& directory, const std::filesystem::path& name);

}  // namespace glimpse
