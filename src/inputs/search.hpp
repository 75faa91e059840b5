#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace glimpse {

/// What is found in a directory: an image with its name relative to where the search began, extension left
/// out, or a part that cannot be read.
struct Found {
    std::filesystem::path path;
    std::filesystem::path name;
    std::string problem;
};

/// The images of a directory, and of what is below it if `recursive`, in name order; what is hidden is left
/// out.
std::vector<Found> images_in(const std::filesystem::path& directory, bool recursive);

}  // namespace glimpse
