#pragma once

#include <sys/types.h>

#include <filesystem>
#include <utility>

#include "glimpse/parameters.hpp"
#include "recent.hpp"

namespace glimpse {

/// The files that a run reads, by what they are and not by name, so that none of them is written to.
class InputFiles {
    using Identity = std::pair<dev_t, ino_t>;

  public:
    /// Remembers the last `window` of them.
    explicit InputFiles(std::size_t window = Recent<Identity, std::filesystem::path>::all) : files_(window) {}

    /// A file that is not there is nobody's input; of a directory, all that is in it is somebody's.
    void add(const std::filesystem::path& path);
    /// The attention files of a document.
    void add_files_of(const ParameterDocument& document);
    /// Throws `UsageError` where `output` is one of them.
    void require_other_than(const std::filesystem::path& output) const;

  private:
    Recent<Identity, std::filesystem::path> files_;
};

}  // namespace glimpse
