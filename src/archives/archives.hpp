#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace glimpse {

/// A member of a tar archive.
struct ArchiveMember {
    enum class Kind { file, directory, link, other };
    std::string name;  ///< as written
    Kind kind = Kind::file;
    std::uint64_t size = 0;  ///< of its content, in bytes
};

/// Fills the first bytes, any number of them, and returns how many; 0 at the end.
using ByteSource = std::function<std::size_t(std::span<std::uint8_t>)>;
/// Takes all of the bytes.
using ByteSink = std::function<void(std::span<const std::uint8_t>)>;

/// Reads a tar archive from its beginning to its end, concatenated archives as one; plain, or compressed by
/// gzip, bzip2, xz or zstd.
class ArchiveReader {
  public:
    virtual ~ArchiveReader() = default;
    /// The next member; none at the end. Throws `Error` for an archive that is damaged or cut off within a
    /// member, and what the source throws.
    virtual std::optional<ArchiveMember> next() = 0;
    /// At the end: whether it is marked by two blocks of zeros. Without, the archive may have been cut off
    /// between two members.
    [[nodiscard]] virtual bool has_end_marker() const = 0;
    /// The content of the current member, once, with zeros for the holes of a sparse file. Throws as `next`
    /// does, and `std::bad_alloc`, after which the next member may still be asked for.
    virtual std::vector<std::uint8_t> read() = 0;
};

/// Writes a tar archive (POSIX pax where ustar does not suffice).
class ArchiveWriter {
  public:
    virtual ~ArchiveWriter() = default;
    /// Adds a file. Owner, permissions and time are the same for all, so that equal files make equal
    /// archives. Throws `Error`, and what the sink throws.
    virtual void add(const std::string& name, std::span<const std::uint8_t> bytes) = 0;
    /// Writes the end marker. Throws as `add` does.
    virtual void finish() = 0;
};

/// How an archive is compressed as a whole.
enum class Compression { none, gzip, bzip2, xz, zstd };

/// The compression that an archive's name says: none for ".tar" and for no extension; else by ".gz", ".tgz",
/// ".bz2", ".tbz2", ".xz", ".txz", ".zst" or ".tzst", in upper or lower case; nothing for any other.
std::optional<Compression> known_compression(const std::string& name);
/// The same. Throws `UsageError` for any other.
Compression compression_of(const std::string& name);

/// The module that reads and writes tar archives, loaded only for them.
struct Archives {
    std::unique_ptr<ArchiveReader> (*open)(ByteSource source);
    std::unique_ptr<ArchiveWriter> (*create)(ByteSink sink, Compression compression);
};
/// Throws `Error` where the module cannot be loaded.
const Archives& archives();

}  // namespace glimpse
