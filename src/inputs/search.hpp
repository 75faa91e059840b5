#pragma once

#include <string>
#include <vector>

namespace glimpse {

/// An image, a directory that cannot be searched, or what has an image's name and is no file.
struct FoundImage {
    std::string path;
    std::string problem{};  ///< empty for an image
};

/// The images of a directory, and of those below it if `recursive`, in natural order, with what cannot be
/// searched or read among them. Hidden entries are skipped.
std::vector<FoundImage> find_images(const std::string& directory, bool recursive);

/// The name of the outputs of an image found in a directory: its relative path without the extension.
std::string name_below(const std::string& directory, const std::string& image);

}  // namespace glimpse
