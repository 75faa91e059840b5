#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace glimpse {

/// Whether a name with "/" between its parts stays below any directory that it is taken from: none of them is
/// empty, "." or "..", and none holds a NUL.
bool stays_below(std::string_view name);

/// Why a name that a file gives must not be followed below `directory`: it is absolute, or leads out of it,
/// by ".." or through a symbolic link. Empty where it stays.
std::string obstacle_within(const std::filesystem::path& directory, const std::filesystem::path& name);

/// Where relative paths in a document start: in its directory, and for one that comes through a pipe in the
/// working directory, "".
std::filesystem::path directory_of(const std::filesystem::path& document);

/// What the outputs of an image are called: its path without the extension. Directories of a relative path
/// are kept, unless they lead upwards.
std::string output_name(const std::filesystem::path& image);

}  // namespace glimpse
