#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace glimpse {

/// Why no output can be written to this path: a directory, device or pipe is there, which a file would
/// replace. Empty where one can.
std::string obstacle_to_output(const std::filesystem::path& path);

/// Whether something exists at the path; false where that cannot be found out.
bool is_there(const std::filesystem::path& path);

/// A file that appears under its name when it is complete: until then it has a temporary name in the same
/// directory, and unless it is published it is removed. It is locked for as long, which tells it from what a
/// killed process has left.
class NewFile {
  public:
    /// Missing directories are made. Throws `Error` with the reason alone, as all of these do.
    explicit NewFile(std::filesystem::path path);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    /// The temporary name, for libraries that write to a file by name.
    [[nodiscard]] const std::string& temporary_name() const { return temporary_; }
    void write(std::span<const std::uint8_t> bytes);
    /// With `replace` false an existing file of that name is an error, even one that appeared in the
    /// meantime.
    void publish(bool replace);

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// The directories with an entry that it needs: its own, and those above in which a directory was made
    /// that may not be on the disk yet, for this file or another of the process.
    [[nodiscard]] std::vector<std::filesystem::path> directories() const;
    /// To be called once all of `directories` are on the disk, so that later files do not flush them again.
    void forget_made_directories() const;
    /// How many there are that are not published, in the whole process: each has a descriptor.
    [[nodiscard]] static std::size_t open_count();

  private:
    std::filesystem::path path_;
    std::string temporary_;
    std::vector<std::filesystem::path> made_;
    int descriptor_ = -1;
};

/// Removes the temporary files that killed processes of this machine have left in a directory, by its path or
/// "" for the working directory: those of its host name that nobody holds locked.
void remove_abandoned_files(const std::filesystem::path& directory);

/// Does so once for each directory; for any thread.
class Cleaning {
  public:
    void operator()(const std::filesystem::path& directory);

  private:
    std::mutex mutex_;
    std::set<std::string> cleaned_;
};

}  // namespace glimpse
