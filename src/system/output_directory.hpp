#pragma once

#include <compare>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "system/descriptors.hpp"

namespace glimpse {

/// A directory that is held open, so that what is made in it is made there, wherever its path leads
/// meanwhile. Whoever asks for a directory that somebody holds shares it.
class OutputDirectory {
  public:
    using Shared = std::shared_ptr<const OutputDirectory>;

    /// The directory `below` a `root` that the user has named: `root` may be, or lie behind, a symbolic link;
    /// below it no link leads out. Both may be empty. Missing directories are made. Throws `Error` with the
    /// reason alone.
    static Shared made(const std::filesystem::path& root, const std::filesystem::path& below);
    /// The same, null with `errno` where it is not there or cannot be opened.
    static Shared found(const std::filesystem::path& root, const std::filesystem::path& below);

    OutputDirectory(int descriptor, std::filesystem::path path, bool is_readable);
    ~OutputDirectory();
    OutputDirectory(const OutputDirectory&) = delete;
    OutputDirectory& operator=(const OutputDirectory&) = delete;

    [[nodiscard]] int number() const { return descriptor_.number(); }
    /// The path by which it was asked for.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Whether it can be listed and flushed, rather than written to alone.
    [[nodiscard]] bool is_readable() const { return is_readable_; }
    /// How many are open, in the whole process.
    [[nodiscard]] static std::size_t open_count();

  private:
    Descriptor descriptor_;
    std::filesystem::path path_;
    bool is_readable_;
};

/// Where a directory lies, as of `OutputDirectory`.
struct DirectoryPlace {
    std::filesystem::path root{};
    std::filesystem::path below{};

    [[nodiscard]] std::filesystem::path path() const { return below.empty() ? root : root / below; }
    /// The directory above; itself for that of the file system's root.
    [[nodiscard]] DirectoryPlace parent() const;
    // clang-tidy 14 takes what the compiler makes of it for a null pointer.
    friend auto operator<=>(const DirectoryPlace&,
                            const DirectoryPlace&) = default;  // NOLINT(modernize-use-nullptr)
};

/// A directory and those above it, the deepest first, as far as any thread of this process has made them and
/// their entries may not be on the disk yet.
std::vector<DirectoryPlace> unflushed_directories(const DirectoryPlace& place);
/// To be called once their entries are on the disk.
void forget_unflushed(std::span<const DirectoryPlace> directories);

/// Opens the directory `name` below `root`, with open(2)'s `flags`. No link in `name` may lead out of `root`,
/// not even while it changes (openat2(2), RESOLVE_BENEATH). Returns a descriptor, or less than 0 with
/// `errno`: EXDEV for such a link. Kernels before 5.6 have no openat2: there, as `open_without_links`.
int open_beneath(int root, const std::filesystem::path& name, int flags);

/// The same, but no part of `name` may be a link, or "..": opened part by part (O_NOFOLLOW).
int open_without_links(int root, const std::filesystem::path& name, int flags);

}  // namespace glimpse
