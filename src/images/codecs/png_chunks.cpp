#include "images/codecs/png_chunks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace glimpse {

namespace {

// A chunk: the length of its data, big-endian; its type; its data; its checksum.
constexpr std::size_t type_offset = 4;
constexpr std::size_t data_offset = 8;
constexpr std::size_t frame_length = 12;  // without its data

}  // namespace

bool PngChunks::is_needed(std::size_t chunk) const {
    const std::string_view type(reinterpret_cast<const char*>(bytes_.data()) + chunk + type_offset, 4);
    const bool critical = type[0] >= 'A' && type[0] <= 'Z';
    if (chunk_end_ - chunk <= frame_length && !critical) return false;  // empty
    return critical || type == "tRNS" || type == "eXIf" || (type == "iCCP" && with_profile_);
}

/// Passes over chunks up to one that is needed. What is cut off is left to the decoder, which will miss it.
void PngChunks::begin_chunk() {
    while (bytes_.size() - position_ >= data_offset) {
        std::size_t length = frame_length;
        for (std::size_t n = 0; n < type_offset; ++n) {
            length += std::size_t{bytes_[position_ + n]} << (8 * (type_offset - 1 - n));
        }
        const std::size_t rest = bytes_.size() - position_;
        chunk_end_ = position_ + std::min(length, rest);
        if (length <= rest) whole_end_ = chunk_end_;
        if (is_needed(position_)) return;
        position_ = chunk_end_;
    }
    chunk_end_ = bytes_.size();
}

bool PngChunks::lacks_only_the_end() const {
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

}  // namespace glimpse
