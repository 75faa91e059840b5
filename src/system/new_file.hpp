#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace glimpse {

/// Why an output cannot take this place: a directory is there, a device or a pipe, which a file would
/// replace. Empty where it can.
std::string obstacle_to_output(const std::filesystem::path& path);

/// Whether something is there; what cannot be looked at is not.
bool is_there(const std::filesystem::path& path);

/// A file that appears under its name when it is whole: until then it has a temporary one in the same
/// directory, and goes unless it is published.
class NewFile {
  public:
    /// Directories that are missing are made. Throws `Error` with the reason alone, as all of
    /// these do.
    explicit NewFile(std::filesystem::path path);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    /// The temporary name, for those who write to files by name only.
    [[nodiscard]] const std::string& temporary_name() const { return temporary_; }
    void write(std::span<const std::uint8_t> bytes);
    /// With `replace` false a file of that name is an error, even one that came between.
    void publish(bool replace);

  private:
    std::filesystem::path path_;
    std::string temporary_;
    int descriptor_ = -1;
};

/// Removes the temporary files that processes of this machine which were killed have left in a directory, by
/// its path or "" for the working directory.
void remove_abandoned_files(const std::filesystem::path& directory);

}  // namespace glimpse
