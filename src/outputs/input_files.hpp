#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <utility>
#include <variant>

#include "glimpse/parameters.hpp"
#include "outputs/recent.hpp"

namespace glimpse {

/// The files that a run reads, by device and inode, so that none is overwritten under another name, even one
/// that leads through directories which the run makes first.
class InputFiles {
  public:
    /// Remembers the last `window` of them.
    explicit InputFiles(std::size_t window = Files::all) : files_(window) {}

    /// Returns whether there is such a file; a directory is none.
    bool add_file(const std::filesystem::path& path);
    /// Adds a file, or all files below a directory and those that links in it lead to.
    void add_below(const std::filesystem::path& path);
    /// The attention files of a document, and those with arrays that it refers to.
    void add_attention_files(const ParameterDocument& document);
    /// Whether a file is one of them.
    [[nodiscard]] bool contains(const std::filesystem::path& path) const;
    /// Throws `UsageError` where `output` is one of them; `place` is its `resolved_path`.
    void require_not_input(const std::filesystem::path& output, const std::filesystem::path& place) const;

  private:
    using Identity = std::pair<dev_t, ino_t>;
    struct Hash {
        std::size_t operator()(const Identity& file) const { return file.second ^ (file.first << 40U); }
    };
    using Files = Recent<Identity, std::monostate, Hash>;

    static std::optional<Identity> identity(const std::filesystem::path& path);

    Files files_;
};

}  // namespace glimpse
