#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// What a document is read with.
struct ReadingContext {
    std::filesystem::path directory;               ///< of relative paths
    ParameterDefaults defaults;                    ///< the caller's, below those of the document
    std::vector<std::string_view> sibling_keys{};  ///< allowed beside those of a single entry
    IsFile is_file = is_file_on_disk;              ///< for the files that a document names
};

}  // namespace glimpse::parameters
