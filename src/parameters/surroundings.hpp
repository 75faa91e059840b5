#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// What a document is read with.
struct Surroundings {
    std::filesystem::path directory;              ///< relative paths are taken from here
    ParameterDefaults defaults;                   ///< the command line's
    std::vector<std::string_view> beside_keys{};  ///< keys that may stand beside those of a single entry
    IsFile is_file = is_file_on_disk;             ///< of the files that it names
};

}  // namespace glimpse::parameters
