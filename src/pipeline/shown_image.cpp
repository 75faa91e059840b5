#include "pipeline/shown_image.hpp"

#include <algorithm>

#include "glimpse/displayable.hpp"
#include "pipeline/decoding.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

Rectangle rows_from(const ImageInfo& info, int first) {
    const auto [width, height] = info.size;
    return {0, first, width, std::min(rows_at_once(info, height), height - first)};
}

void widen(std::optional<ValueRange>& range, const std::optional<ValueRange>& by) {
    if (!range) range = by;
    if (by) range = {std::min(range->least, by->least), std::max(range->greatest, by->greatest)};
}

}  // namespace

ShownValues shown_values(ImageReader& image) {
    const ImageInfo& info = image.info();
    ShownValues values{.depth = info.depth};
    if (info.depth != CV_32F) return values;
    for (int y = 0; y < info.size.height;) {
        const Rectangle rows = rows_from(info, y);
        widen(values.range, shown_range(image.decode(rows), info.alpha));
        y = rows.bottom();
    }
    return values;
}

std::int64_t shown_values_memory(const ImageReader& image) {
    const ImageInfo& info = image.info();
    return info.depth == CV_32F ? image.decoding_memory(rows_from(info, 0), 1) : 0;
}

ShownImage::ShownImage(const ImageSource& source, const OpenOptions& options, const Showing& showing) {
    const auto beside = [&](const ImageInfo& image) { return showing.beside ? showing.beside(image) : 0; };
    OpenOptions own = options;
    // What an image that is decoded on opening reserves with its own part, without what decoding it takes.
    own.beside = [&](const ImageInfo& image) {
        return beside(image) + drawing_memory(image, showing.shrink(image.size), showing.format);
    };
    reader_ = source.open(own);
    shrink_ = showing.shrink(info().size);
    const std::int64_t drawing = picture_memory(*reader_, shrink_, showing.format);
    reserved_ = reserve_for(*reader_, beside(info()) + std::max(drawing, shown_values_memory(*reader_)),
                            options.memory);
    values_ = shown_values(*reader_);
}

cv::Mat ShownImage::picture() {
    return displayable({decode_picture(*reader_, shrink_), info().alpha, {}, false}, values_.range);
}

cv::Mat shown_glimpse(const Image& glimpse, const ShownValues& values) {
    const bool is_in_units = glimpse.pixels.depth() == CV_32F && values.depth != CV_32F;
    return displayable(
        {is_in_units ? rounded_to(glimpse.pixels, values.depth) : glimpse.pixels, glimpse.alpha},
        values.range);
}

}  // namespace glimpse
