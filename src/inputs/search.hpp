#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "glimpse/inputs.hpp"

namespace glimpse {

/// An image, a directory that cannot be searched, or what has an image's name and is no file.
struct FoundImage {
    std::string path;
    std::string problem{};  ///< empty for an image
};

/// What is not taken for an image.
struct SkippedEntry {
    std::string path;
    std::string kind;  ///< ".txt", "hidden", …
};

struct SearchResult {
    std::vector<FoundImage> images;     ///< in natural order
    std::vector<SkippedEntry> skipped;  ///< in natural order
};

/// The images of a directory, with what cannot be searched or read among them. With `recursive` also of those
/// below it, and of those that links lead to, each once: by its own path where it has one below `directory`.
/// Hidden entries are skipped.
SearchResult find_images(const std::string& directory, bool recursive);

/// What a file is skipped as by its name: ".txt", or "without an extension".
std::string kind_by_name(const std::filesystem::path& file);

/// "PLACE: skipped 3 entries: 2 .txt, 1 hidden", by their numbers of each kind; empty where there are none.
std::string description_of_skipped(const std::string& place,
                                   const std::map<std::string, std::size_t>& numbers);

/// Warns of those skipped of a directory, by their numbers, and where `options.names_skipped` of each entry.
void warn_of_skipped(const std::string& directory, const std::vector<SkippedEntry>& skipped,
                     const InputOptions& options);

/// The name of the outputs of an image found in a directory: its relative path without the extension.
std::string name_below(const std::string& directory, const std::string& image);

}  // namespace glimpse
