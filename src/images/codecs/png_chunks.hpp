#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace glimpse {

constexpr std::size_t png_signature_length = 8;

/// A chunk: the length of its data, big-endian; its type; its data; its checksum.
struct PngChunk {
    std::string_view type;
    std::span<const std::uint8_t> bytes;  ///< all of it, or up to the end of the file
    std::size_t length = 0;               ///< of all of it, as it says

    static constexpr std::size_t frame_length = 12;  ///< of a chunk without data
    static constexpr std::size_t type_offset = 4;
    static constexpr std::size_t data_offset = 8;

    /// Whether it is all there, with its checksum.
    [[nodiscard]] bool is_intact() const;
    [[nodiscard]] std::span<const std::uint8_t> data() const {
        return bytes.subspan(data_offset, length - frame_length);
    }
};

/// The chunk at an offset; none where the file ends before a shortest one would.
std::optional<PngChunk> png_chunk_at(std::span<const std::uint8_t> file, std::size_t offset);

/// The chunks of a PNG file that an image is decoded from, one after another as a stream: those that are
/// critical, and tRNS and eXIf. libspng 0.7 refuses files of more than 1000 others.
class PngChunks {
  public:
    /// `bytes` must outlive this.
    explicit PngChunks(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    /// Copies the next `out.size()` bytes; false where there are fewer.
    bool read(std::span<std::uint8_t> out);

    /// Throws `Error` where the checksum of the chunk being read, which may lie far ahead, is wrong. A chunk
    /// that was cut off has none.
    void verify() const;

    /// Whether one of the chunks so far says which colours are transparent (tRNS).
    [[nodiscard]] bool have_transparency() const { return have_transparency_; }

    /// After `read` failed behind the image data: whether only the end, or what is not needed, is missing.
    [[nodiscard]] bool lacks_only_the_end() const;

  private:
    void begin_chunk();
    void verify_metadata() const;
    [[nodiscard]] std::string_view type_at(std::size_t chunk) const;
    [[nodiscard]] bool is_needed(std::size_t chunk) const;

    std::span<const std::uint8_t> bytes_;
    std::size_t position_ = 0;
    std::size_t chunk_begin_ = 0;
    std::size_t whole_end_ = 0;  ///< where the last chunk ends that has not been cut off
    std::size_t chunk_end_ = png_signature_length;
    bool have_transparency_ = false;
    bool has_damaged_end_ = false;  ///< IEND, which says nothing
};

/// The first chunk near the file's end that has `text` so many bytes from its beginning, whose checksum is
/// right, and that is wanted; none without one.
std::optional<PngChunk> find_chunk_at_end(std::span<const std::uint8_t> file, std::string_view text,
                                          std::size_t place, bool (*is_wanted)(const PngChunk&));

}  // namespace glimpse
