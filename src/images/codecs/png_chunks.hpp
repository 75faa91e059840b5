#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace glimpse {

/// The chunks of a PNG file that an image is decoded from, one after another as a stream: those that are
/// critical, and tRNS, eXIf and, if wanted, iCCP. libspng 0.7 refuses files of more than 1000 others.
class PngChunks {
  public:
    /// `bytes` must outlive this.
    PngChunks(std::span<const std::uint8_t> bytes, bool with_profile)
        : bytes_(bytes), with_profile_(with_profile) {}

    /// Copies the next `out.size()` bytes; false where there are fewer.
    bool read(std::span<std::uint8_t> out);

    /// Throws `Error` where the chunk that is being read is damaged, whose checksum may lie far behind what
    /// has been read of it. One that has been cut off has none.
    void verify() const;

    /// Where `read` has failed behind the image data: whether only the end is missing, or what is not needed.
    [[nodiscard]] bool lacks_only_the_end() const;

  private:
    void begin_chunk();
    void verify_metadata() const;
    [[nodiscard]] bool is_needed(std::size_t chunk) const;

    static constexpr std::size_t signature_length = 8;

    std::span<const std::uint8_t> bytes_;
    bool with_profile_;
    std::size_t position_ = 0;
    std::size_t chunk_begin_ = 0;
    std::size_t whole_end_ = 0;  ///< where the last chunk ends that has not been cut off
    std::size_t chunk_end_ = signature_length;
};

/// The content of an eXIf chunk behind the image data, where the file's end has one; else empty.
std::span<const std::uint8_t> exif_at_end(std::span<const std::uint8_t> file);

}  // namespace glimpse
