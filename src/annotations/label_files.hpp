#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/annotations.hpp"

namespace glimpse::annotations {

/// All files below a directory, sorted by path. Throws `UsageError` where it cannot be searched.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& directory);

/// An image and the annotation file of its name.
struct LabelledImage {
    const ImageFile* image;
    std::filesystem::path labels;
    std::string problem{};  ///< the file may be another image's
};

/// The images that have an annotation file of their name in the directory. A file of several images' name
/// belongs to the one whose path shares the longest suffix with its own.
std::vector<LabelledImage> join_label_files(const std::filesystem::path& directory,
                                            std::string_view extension, std::span<const ImageFile> images);

}  // namespace glimpse::annotations
