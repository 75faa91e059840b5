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

    /// Throws `Error` where pages of the file were gone when they were read; zeros stood in their place.
    /// Needs `survive_lost_pages`.
    void require_whole() const;

    /// Drops pages that were read from memory; they are read again when they are asked for.
    void release() const;

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t entry_ = 0;  ///< in the table of mapped files
};

}  // namespace glimpse
