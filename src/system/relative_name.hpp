#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace glimpse {

/// Whether a name with "/" between its parts stays below any directory that it is resolved against: no part
/// is empty, "." or "..", and none holds a NUL.
bool stays_below(std::string_view name);

/// Why a name that a file gives must not be followed below a directory: it is absolute, has "..", or is no
/// name. Empty where it may be.
std::string obstacle_in_name(const std::filesystem::path& name);

/// Likewise below `directory`, also where it leads out of it through a symbolic link.
std::string obstacle_within(const std::filesystem::path& directory, const std::filesystem::path& name);

/// What relative paths in a document are resolved against: its directory, or the working directory, "", for a
/// document that comes through a pipe.
std::filesystem::path directory_of(const std::filesystem::path& document);

/// The name of an image's outputs: its path without the extension. Directories of a relative path are kept,
/// unless they lead upwards.
std::string output_name(const std::filesystem::path& image);

}  // namespace glimpse
