#include "outputs/whole_file.hpp"

#include <algorithm>
#include <string>

#include "archives/archives.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"
#include "system/mapped_file.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;

bool is_gif(Bytes bytes) {
    return starts_with(bytes, "GIF8") && bytes.back() == 0x3B;
}

/// Boxes (ISO/IEC 14496-12), each with its length, as far as the file's end.
bool is_mp4(Bytes bytes) {
    if (bytes.size() < 4 || !starts_with(bytes.subspan(4), "ftyp")) return false;
    constexpr std::size_t header = 8;
    for (std::size_t offset = 0; offset < bytes.size();) {
        const std::size_t rest = bytes.size() - offset;
        if (rest < header) return false;
        std::size_t length = big_endian(bytes.subspan(offset, 4));
        if (length == 1 && rest >= 2 * header) length = big_endian(bytes.subspan(offset + header, 8));
        if (length < header || length > rest) return false;
        offset += length;
    }
    return true;
}

bool ends_with_zeros(Bytes bytes) {
    constexpr std::size_t block = 512;
    if (bytes.size() % block != 0 || bytes.size() < 2 * block) return false;
    return std::ranges::all_of(bytes.last(2 * block), [](std::uint8_t byte) { return byte == 0; });
}

/// A compressed archive shows its end to those alone who read all of it.
bool is_archive(Bytes bytes, Compression compression) {
    if (compression == Compression::none) return ends_with_zeros(bytes);
    const auto source = [rest = bytes](std::span<std::uint8_t> out) mutable {
        const std::size_t count = std::min(out.size(), rest.size());
        std::ranges::copy(rest.first(count), out.begin());
        rest = rest.subspan(count);
        return count;
    };
    const auto reader = archives().open(source);
    while (reader->next()) continue;
    return reader->has_end_marker();
}

bool is_whole(Bytes bytes, const std::filesystem::path& name) {
    const std::string extension = extension_of(name);
    if (can_encode(extension)) return may_be_whole_image(bytes, extension);
    if (extension == "gif") return is_gif(bytes);
    if (extension == "mp4") return is_mp4(bytes);
    const auto compression = known_compression(name.string());
    return !compression || is_archive(bytes, *compression);
}

}  // namespace

bool may_be_whole(const std::filesystem::path& file) {
    try {
        const MappedFile mapped(file);
        return !mapped.bytes().empty() && is_whole(mapped.bytes(), file);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace glimpse
