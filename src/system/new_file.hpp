#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace glimpse {

/// Why no output can be written to this path: a directory, device or pipe is there, which a file would
/// replace. Empty where one can.
std::string obstacle_to_output(const std::filesystem::path& path);

/// Whether something exists at the path; false where that cannot be found out.
bool is_there(const std::filesystem::path& path);

/// A file that appears under its name when it is complete: until then it has a temporary name in the same
/// directory, and unless it is published it is removed.
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

  private:
    std::filesystem::path path_;
    std::string temporary_;
    int descriptor_ = -1;
};

/// Removes the temporary files that killed processes of this machine have left in a directory, by its path or
/// "" for the working directory.
void remove_abandoned_files(const std::filesystem::path& directory);

}  // namespace glimpse
