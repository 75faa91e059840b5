#pragma once

#include <cstddef>
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

    /// Throws `Error` where pages of the file were gone when they were read, which needs
    /// `survive_lost_pages`: bytes of 0 then stood in their place.
    void require_whole() const;

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t entry_ = 0;  ///< among the files that are mapped
};

}  // namespace glimpse
