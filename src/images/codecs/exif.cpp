#include "images/codecs/exif.hpp"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "images/codecs/tiff_structure.hpp"

namespace glimpse {

namespace {

/// The entry's first value, of any integer type, since cameras write LONG for SHORT; 0 for another type.
std::int64_t integer_of(const ExifEntry& entry, ExifByteOrder order) {
    switch (entry.format) {
        case EXIF_FORMAT_BYTE:
        case EXIF_FORMAT_SBYTE:
            return *entry.data;
        case EXIF_FORMAT_SHORT:
            return exif_get_short(entry.data, order);
        case EXIF_FORMAT_SSHORT:
            return exif_get_sshort(entry.data, order);
        case EXIF_FORMAT_LONG:
            return exif_get_long(entry.data, order);
        case EXIF_FORMAT_SLONG:
            return exif_get_slong(entry.data, order);
        default:
            return 0;
    }
}

/// Likewise of the types of integers that TIFF has got since EXIF took it over, and which libexif passes
/// over.
std::int64_t integer_of_new_type(std::span<const std::uint8_t> tiff) {
    const TiffStructure structure(tiff);
    std::int64_t found = 0;
    structure.for_each_entry(structure.first(), [&](const TiffStructure::Entry& entry) {
        if (entry.tag == EXIF_TAG_ORIENTATION && entry.count > 0)
            found = static_cast<std::int64_t>(structure.number(entry, 0));
    });
    return found;
}

int in_range(std::int64_t orientation) {
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> block) {
    constexpr std::array<std::uint8_t, 6> header{'E', 'x', 'i', 'f', 0, 0};
    std::vector<std::uint8_t> with_header;
    if (!std::ranges::equal(block.first(std::min(block.size(), header.size())), header)) {
        with_header.assign(header.begin(), header.end());
    }
    with_header.insert(with_header.end(), block.begin(), block.end());

    const std::unique_ptr<ExifData, void (*)(ExifData*)> data(exif_data_new(), exif_data_unref);
    if (!data) return 1;
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data.get(), with_header.data(), static_cast<unsigned>(with_header.size()));
    const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (!entry)
        return in_range(
            integer_of_new_type({with_header.data() + header.size(), with_header.size() - header.size()}));
    if (entry->size < exif_format_get_size(entry->format)) return 1;
    return in_range(integer_of(*entry, exif_data_get_byte_order(data.get())));
}

}  // namespace glimpse
