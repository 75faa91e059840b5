#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "system/output_directory.hpp"

namespace glimpse {

/// Throws `UsageError` where no output can be written to a path: `place`, its `resolved_path`, is a
/// directory, device or pipe, which a file would replace.
void require_place_for(const std::filesystem::path& path, const std::filesystem::path& place);

/// Whether something exists at the path, once the directories are made that it lacks; false where that cannot
/// be found out.
bool is_there(const std::filesystem::path& path);

/// A directory with entries that are to be flushed to the disk.
struct EntryDirectory {
    DirectoryPlace place;
    OutputDirectory::Shared held{};  ///< null: to be opened

    // clang-tidy 14 takes what the compiler makes of it for a null pointer.
    friend auto operator<=>(const EntryDirectory&,
                            const EntryDirectory&) = default;  // NOLINT(modernize-use-nullptr)
};

/// A file that appears under its name when it is complete: until then it has a temporary name in the same
/// directory, and unless it is published it is removed. It is locked for as long, which tells it from what a
/// killed process has left. Its directory is held open: where its path leads meanwhile makes no difference.
class NewFile {
  public:
    /// Missing directories are made. Throws `Error` with the reason alone, as all of these do.
    explicit NewFile(const std::filesystem::path& path) : NewFile(path.parent_path(), path.filename()) {}
    /// `name` may have directories, of which no link leads out of `root`; `root` itself may be a link.
    NewFile(const std::filesystem::path& root, const std::filesystem::path& name);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    /// A path that leads to this file whatever becomes of its directory, for libraries that write to a file
    /// by its name.
    [[nodiscard]] std::string temporary_path() const;
    void write(std::span<const std::uint8_t> bytes);
    /// With `replace` false an existing file of that name is an error, even one that appeared in the
    /// meantime.
    void publish(bool replace);

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// The directories whose entries must be on the disk for the file to be found: its own, and those above
    /// in which this process has made a directory whose entry may not be on the disk yet.
    [[nodiscard]] std::vector<EntryDirectory> directories() const;
    /// To be called once all of `directories` are on the disk, so that later files do not flush them again.
    void forget_made_directories() const;
    /// How many descriptors the unpublished files of the whole process hold: one each, and one for each of
    /// their directories.
    [[nodiscard]] static std::size_t open_count();

  private:
    std::string name_;       ///< in its directory
    std::string temporary_;  ///< in its directory; empty where it is published
    EntryDirectory own_;
    std::vector<DirectoryPlace> made_;
    int descriptor_ = -1;
};

/// Removes the temporary files that killed processes of this machine have left in a directory: those of its
/// host name that nobody holds locked. `root` and `below` are as of `OutputDirectory`.
void remove_abandoned_files(const std::filesystem::path& root, const std::filesystem::path& below = {});

/// Does so once for each directory; for any thread.
class Cleaning {
  public:
    void operator()(const std::filesystem::path& root, const std::filesystem::path& below);

  private:
    std::mutex mutex_;
    std::set<std::filesystem::path> cleaned_;
};

}  // namespace glimpse
