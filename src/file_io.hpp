#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace glimpse {

/// A file's bytes, mapped into memory. Throws `Error` with the system's reason, without the path.
class MappedFile {
  public:
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

  private:
    std::span<const std::uint8_t> bytes_;
};

}  // namespace glimpse
