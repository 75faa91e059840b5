#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace glimpse {

/// What a tar archive holds under a name.
struct ArchiveMember {
    enum class Kind { file, directory, link, other };
    std::string name;  ///< as written
    Kind kind = Kind::file;
    std::uint64_t size = 0;  ///< of its content, in bytes
};

/// Fills bytes, as many as it likes, and says how many; 0 at the end.
using ByteSource = std::function<std::size_t(std::span<std::uint8_t>)>;
using ByteSink = std::function<void(std::span<const std::uint8_t>)>;

/// Reads a tar archive from its beginning to its end, several of them one after another as one. Plain or
/// compressed by gzip, bzip2, xz or zstd.
class ArchiveReader {
  public:
    virtual ~ArchiveReader() = default;
    /// The next member; none at the end. Throws `Error` for an archive that is damaged or ends early, and
    /// what the source throws.
    virtual std::optional<ArchiveMember> next() = 0;
    /// The content of the member at hand, once, with zeros for the holes of a sparse file. Throws as `next`
    /// does, and `std::bad_alloc`, after which the next member may still be asked for.
    virtual std::vector<std::uint8_t> read() = 0;
};

/// Writes a tar archive (POSIX pax where ustar does not do). What is not finished lacks its end.
class ArchiveWriter {
  public:
    virtual ~ArchiveWriter() = default;
    /// Adds a file. Owner, permissions and time are the same for all, so that the same files make the same
    /// archive. Throws what the sink throws.
    virtual void add(const std::string& name, std::span<const std::uint8_t> bytes) = 0;
    virtual void finish() = 0;
};

/// How an archive is compressed as a whole.
enum class Compression { none, gzip, bzip2, xz, zstd };

/// As an archive of that name is: ".tar" and no extension at all mean plain; ".gz", ".tgz", ".bz2", ".tbz2",
/// ".xz", ".txz", ".zst" and ".tzst", in capitals as well, mean compressed. Throws `UsageError` for another.
Compression compression_of(const std::string& name);

/// The module that reads and writes tar archives, opened only for them.
struct Archives {
    std::unique_ptr<ArchiveReader> (*open)(ByteSource source);
    std::unique_ptr<ArchiveWriter> (*create)(ByteSink sink, Compression compression);
};
const Archives& archives();

}  // namespace glimpse
