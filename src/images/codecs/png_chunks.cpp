#include "images/codecs/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

constexpr std::size_t type_offset = PngChunk::type_offset;
constexpr std::size_t data_offset = PngChunk::data_offset;
constexpr std::size_t frame_length = PngChunk::frame_length;
constexpr std::string_view transparency_type = "tRNS";

/// Whether the checksum of a complete chunk is right.
bool is_checked(std::span<const std::uint8_t> chunk) {
    const auto checked = chunk.subspan(type_offset, chunk.size() - frame_length + 4);
    return crc32_z(0, checked.data(), checked.size()) == big_endian(chunk.last(4));
}

}  // namespace

bool PngChunk::is_intact() const {
    return bytes.size() == length && is_checked(bytes);
}

std::optional<PngChunk> png_chunk_at(std::span<const std::uint8_t> file, std::size_t offset) {
    if (offset > file.size() || file.size() - offset < frame_length) return std::nullopt;
    const auto rest = file.subspan(offset);
    const std::size_t length = frame_length + big_endian(rest.first(4));
    return PngChunk{.type = {reinterpret_cast<const char*>(rest.data()) + type_offset, 4},
                    .bytes = rest.first(std::min(length, rest.size())),
                    .length = length};
}

std::string_view PngChunks::type_at(std::size_t chunk) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + chunk + type_offset, 4};
}

bool PngChunks::is_needed(std::size_t chunk) const {
    const std::string_view type = type_at(chunk);
    const bool critical = type[0] >= 'A' && type[0] <= 'Z';
    if (chunk_end_ - chunk <= frame_length && !critical) return false;  // empty
    return critical || type == transparency_type || type == "eXIf";
}

/// Passes over chunks up to one that is needed. One that is cut off is left to the decoder, which reports it.
void PngChunks::begin_chunk() {
    while (bytes_.size() - position_ >= data_offset) {
        const std::size_t length = frame_length + big_endian(bytes_.subspan(position_, 4));
        chunk_begin_ = position_;
        const std::size_t rest = bytes_.size() - position_;
        chunk_end_ = position_ + std::min(length, rest);
        if (type_at(position_) == "IEND" &&
            (length != frame_length || length > rest || !is_checked(bytes_.subspan(position_, length)))) {
            has_damaged_end_ = true;
            chunk_end_ = position_;  // as if it were missing
            return;
        }
        if (length <= rest) whole_end_ = chunk_end_;
        if (is_needed(position_)) {
            have_transparency_ = have_transparency_ || type_at(position_) == transparency_type;
            return verify_metadata();
        }
        position_ = chunk_end_;
    }
    chunk_end_ = bytes_.size();
}

/// libspng would silently drop a damaged orientation or transparent colour.
void PngChunks::verify_metadata() const {
    if (std::islower(bytes_[chunk_begin_ + type_offset])) verify();
}

void PngChunks::verify() const {
    if (chunk_end_ != whole_end_ || position_ >= chunk_end_) return;
    if (!is_checked(bytes_.subspan(chunk_begin_, chunk_end_ - chunk_begin_))) fail_corrupt("wrong checksum");
}

bool PngChunks::lacks_only_the_end() const {
    if (has_damaged_end_) return true;
    constexpr std::array<std::uint8_t, frame_length> end{0,   0,   0,    0,    'I',  'E',
                                                         'N', 'D', 0xAE, 0x42, 0x60, 0x82};
    const auto rest = bytes_.subspan(whole_end_);
    // Behind the image data no other chunk is needed.
    if (rest.size() > type_offset && std::islower(rest[type_offset])) return true;
    return rest.size() < end.size() && std::equal(rest.begin(), rest.end(), end.begin());
}

bool PngChunks::read(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        if (position_ >= chunk_end_) begin_chunk();
        const std::size_t end = std::min(chunk_end_, bytes_.size());
        const std::size_t count = std::min(out.size(), end - position_);
        if (count == 0) return false;
        std::copy_n(bytes_.data() + position_, count, out.data());
        position_ += count;
        out = out.subspan(count);
    }
    return true;
}

std::optional<PngChunk> find_chunk_at_end(std::span<const std::uint8_t> file, std::string_view text,
                                          std::size_t place, bool (*is_wanted)(const PngChunk&)) {
    // Going from chunk to chunk would read all of a large file. EXIF in a JPEG has 64 kB at most, and a text
    // some three bytes for each of them.
    constexpr std::size_t most = std::size_t{1} << 18;
    // A file may claim thousands that overlap, whose checksums would take seconds.
    std::size_t left = 4 * most;
    const std::size_t begin = file.size() - std::min(file.size(), most);
    const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
    for (std::size_t at = all.find(text, begin); at != all.npos; at = all.find(text, at + 1)) {
        if (at < place) continue;
        const auto chunk = png_chunk_at(file, at - place);
        if (!chunk || chunk->bytes.size() < chunk->length) continue;
        if (chunk->length > left) return std::nullopt;
        left -= chunk->length;
        require_decoding_time();
        if (chunk->is_intact() && is_wanted(*chunk)) return chunk;
    }
    return std::nullopt;
}

}  // namespace glimpse
