#pragma once

#include <string>
#include <vector>

namespace glimpse {

/// What a search has found.
struct FoundImage {
    std::string path;
    std::string problem{};  ///< why this directory cannot be searched; empty for an image
};

/// The images of a directory, and of what is below it if `recursive`, in name order, among them the
/// directories that cannot be read. What is hidden is left out.
std::vector<FoundImage> find_images(const std::string& directory, bool recursive);

/// What the outputs of an image are called that was found in a directory: its path from there, without the
/// extension.
std::string name_below(const std::string& directory, const std::string& image);

}  // namespace glimpse
