#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <utility>

#include "glimpse/parameters.hpp"

namespace glimpse {

/// The files that a run reads, by what they are and not by name, so that none of them is written to.
class InputFiles {
  public:
    /// A file that is not there is nobody's input.
    void add(const std::filesystem::path& path);
    /// The attention files of a document.
    void add_files_of(const ParameterDocument& document);
    /// Throws `UsageError` where `output` is one of them.
    void require_other_than(const std::filesystem::path& output) const;

  private:
    using Identity = std::pair<dev_t, ino_t>;
    std::map<Identity, std::filesystem::path> files_;
};

}  // namespace glimpse
