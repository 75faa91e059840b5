#include "outputs/whole_file.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "archives/archives.hpp"
#include "glimpse/error.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "images/codecs/boxes.hpp"
#include "images/codecs/signature.hpp"
#include "system/mapped_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;

bool is_gif(Bytes bytes) {
    return starts_with(bytes, "GIF8") && bytes.back() == 0x3B;
}

/// Boxes as far as the file's end. FFmpeg leaves the length of a box at 0 until the box is complete.
bool is_mp4(Bytes bytes) {
    if (bytes.size() < 4 || !starts_with(bytes.subspan(4), "ftyp")) return false;
    while (!bytes.empty()) {
        const auto box = parse_box_header(bytes);
        if (!box || box->length == 0 || box->length > bytes.size()) return false;
        bytes = bytes.subspan(box->length);
    }
    return true;
}

bool ends_with(Bytes bytes, std::string_view end) {
    return bytes.size() >= end.size() && std::ranges::equal(bytes.last(end.size()), end);
}

/// As figures are written, each with a line's end.
bool is_svg(Bytes bytes) {
    return starts_with(bytes, "<?xml") && ends_with(bytes, "</svg>\n");
}

bool is_pdf(Bytes bytes) {
    return starts_with(bytes, "%PDF-") && ends_with(bytes, "%%EOF\n");
}

/// A zip archive as this program writes it: the end of its directory has no comment behind it.
bool is_npz(Bytes bytes) {
    constexpr std::size_t end_of_directory = 22;
    return starts_with(bytes, "PK\3\4") && bytes.size() >= end_of_directory &&
           starts_with(bytes.last(end_of_directory), "PK\5\6");
}

bool ends_with_zeros(Bytes bytes) {
    constexpr std::size_t block = 512;
    if (bytes.size() % block != 0 || bytes.size() < 2 * block) return false;
    return std::ranges::all_of(bytes.last(2 * block), [](std::uint8_t byte) { return byte == 0; });
}

/// The end of a compressed archive is known only once all of it is read.
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
    if (extension == "npz") return is_npz(bytes);
    if (extension == figure_format_name(FigureFormat::svg)) return is_svg(bytes);
    if (extension == figure_format_name(FigureFormat::pdf)) return is_pdf(bytes);
    const auto compression = known_compression(name.string());
    return !compression || is_archive(bytes, *compression);
}

}  // namespace

bool may_be_whole(const std::filesystem::path& file) {
    try {
        const MappedFile mapped(resolved_path(file));
        return !mapped.bytes().empty() && is_whole(mapped.bytes(), file);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace glimpse
