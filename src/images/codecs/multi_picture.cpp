#include "images/codecs/multi_picture.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"
#include "images/codecs/tiff_structure.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

constexpr std::uint8_t application_1 = 0xE1;
constexpr std::uint8_t application_2 = 0xE2;

/// Calls visit(marker, offset, content) for each segment of a JPEG's first `longest` bytes, up to its first
/// scan (ITU-T T.81, annex B).
template <typename Visit>
void for_each_header_segment(Bytes bytes, std::size_t longest, const Visit& visit) {
    constexpr std::uint8_t start_of_scan = 0xDA;
    constexpr std::uint8_t end_of_image = 0xD9;
    constexpr std::size_t header = 4;  // marker and length
    for (std::size_t at = 2; at < longest && at + header <= bytes.size();) {
        const std::uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xFF || marker == start_of_scan || marker == end_of_image) return;
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        const std::size_t length = std::max<std::size_t>(big_endian(bytes.subspan(at + 2, 2)), 2);
        const Bytes rest = bytes.subspan(at + header);
        visit(marker, at + header, rest.first(std::min(rest.size(), length - 2)));
        at = std::min(at + 2 + length, bytes.size());
    }
}

/// A JPEG that the index lists.
struct Entry {
    std::uint64_t kind;  ///< the index's "MP type"
    std::size_t begin;
    std::size_t length;
};

bool lies_at(Bytes bytes, std::size_t begin) {
    return begin <= bytes.size() && starts_with(bytes.subspan(begin), "\xFF\xD8"sv);
}

/// The entries of the first JPEG's index; none where it has no index. That begins as a TIFF does, and from
/// there its offsets count.
std::vector<Entry> listed_jpegs(Bytes bytes) {
    constexpr std::string_view name = "MPF\0"sv;
    constexpr std::uint64_t entries_tag = 0xB002;
    constexpr std::uint64_t entry_size = 16;  // attributes, length, offset, dependent images
    constexpr std::uint64_t kind_bits = 0xFFFFFF;
    std::vector<Entry> entries;
    for_each_header_segment(bytes, bytes.size(), [&](std::uint8_t marker, std::size_t at, Bytes content) {
        if (marker != application_2 || !starts_with(content, name) || !entries.empty()) return;
        const std::size_t begin = at + name.size();
        const TiffStructure index(content.subspan(name.size()));
        index.for_each_entry(index.first(), [&](const TiffStructure::Entry& list) {
            if (list.tag != entries_tag || !index.lies_within(list)) return;
            for (std::uint64_t k = list.at; k + entry_size <= list.at + list.count; k += entry_size) {
                const std::size_t offset = index.number(k + 8, 4);  // 0: the first JPEG itself
                entries.push_back({.kind = index.number(k, 4) & kind_bits,
                                   .begin = offset == 0 ? 0 : begin + offset,
                                   .length = index.number(k + 4, 4)});
            }
        });
    });
    return entries;
}

/// Whether a JPEG says in its metadata that it is data about another: Ultra HDR's gain map, by XMP or by ISO
/// 21496-1, or Apple's gain map, depth, or matte. The index has no kind for these but "undefined", which is
/// that of plain pictures in many files, too.
bool is_about_another(Bytes jpeg) {
    constexpr std::array names{"http://ns.adobe.com/hdr-gain-map/"sv, "urn:iso:std:iso:ts:21496:-1"sv,
                               "http://ns.apple.com/HDRGainMap/"sv, "http://ns.apple.com/pixeldatainfo/"sv};
    constexpr std::size_t longest = std::size_t{1} << 17;  // the names stand in the first segments
    bool found = false;
    for_each_header_segment(jpeg, longest, [&](std::uint8_t marker, std::size_t /*at*/, Bytes content) {
        if (marker != application_1 && marker != application_2) return;
        require_decoding_time(content.size());
        const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
        found = found || std::ranges::any_of(names, [&](auto name) { return text.find(name) != text.npos; });
    });
    return found;
}

/// Whether a JPEG is a picture of its own.
bool is_picture(const Entry& entry, Bytes jpeg) {
    constexpr std::uint64_t undefined = 0;
    constexpr std::uint64_t large_thumbnail = 1;
    constexpr std::uint64_t gain_map = 5;
    const std::uint64_t family = entry.kind >> 16;
    if (family == large_thumbnail || family == gain_map) return false;
    return entry.kind != undefined || !is_about_another(jpeg);
}

}  // namespace

std::vector<Bytes> jpeg_pictures(Bytes bytes) {
    std::vector<Bytes> pictures{bytes};
    for (const Entry& entry : listed_jpegs(bytes)) {
        if (entry.begin == 0 || !lies_at(bytes, entry.begin)) continue;
        const Bytes rest = bytes.subspan(entry.begin);
        const Bytes jpeg = rest.first(std::min(rest.size(), entry.length));
        if (is_picture(entry, jpeg)) pictures.push_back(jpeg);
    }
    return pictures;
}

std::optional<std::size_t> end_of_listed_jpegs(Bytes bytes) {
    std::size_t end = 0;
    for (const Entry& entry : listed_jpegs(bytes)) {
        if (!lies_at(bytes, entry.begin) || entry.length > bytes.size() - entry.begin) return std::nullopt;
        end = std::max(end, entry.begin + entry.length);
    }
    return end > 0 ? std::optional(end) : std::nullopt;
}

}  // namespace glimpse
