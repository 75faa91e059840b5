#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archives/archives.hpp"

namespace glimpse {

/// A file in a zip archive.
struct ZipMember {
    std::string name;        ///< UTF-8, as written
    std::uint64_t size = 0;  ///< of its content, in bytes
    /// Where its content begins in the archive's bytes; none where it is compressed.
    std::optional<std::size_t> stored_at{};
};

/// Reads a zip archive, zip64 among them, by its directory.
class ZipReader {
  public:
    virtual ~ZipReader() = default;
    /// Its files, in the order in which they lie there.
    [[nodiscard]] virtual const std::vector<ZipMember>& members() const = 0;
    /// The content of that member, in memory of its size, with its checksum compared. Throws `Error` for one
    /// that is damaged or encrypted.
    [[nodiscard]] virtual std::vector<std::uint8_t> read(std::size_t member) const = 0;
    /// Throws what `read` does, and takes no memory for the content.
    virtual void require_intact(std::size_t member) const = 0;
};

/// Writes a zip archive, whose bytes are the same for the same files: they have no time and no owner.
class ZipWriter {
  public:
    virtual ~ZipWriter() = default;
    /// Begins a file of so many bytes, which `write` is to give. Throws `Error`, and what the sink throws, as
    /// all of these do.
    virtual void begin(const std::string& name, std::uint64_t size) = 0;
    /// More of that file.
    virtual void write(std::span<const std::uint8_t> bytes) = 0;
    /// Writes the directory, without which there is no archive.
    virtual void finish() = 0;
};

/// The module that reads and writes zip archives, loaded only for them.
struct ZipArchives {
    /// `bytes` must outlive the reader. Throws `Error` for what is no zip archive, or a damaged one.
    std::unique_ptr<ZipReader> (*open)(std::span<const std::uint8_t> bytes);
    /// What it writes is deflated.
    std::unique_ptr<ZipWriter> (*create)(ByteSink sink);
};
/// Throws `Error` where the module cannot be loaded.
const ZipArchives& zip_archives();

}  // namespace glimpse
