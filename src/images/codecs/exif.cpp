#include "images/codecs/exif.hpp"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace glimpse {

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
    if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->size < 2) return 1;
    const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

}  // namespace glimpse
