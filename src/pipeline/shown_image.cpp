#include "pipeline/shown_image.hpp"

#include "glimpse/displayable.hpp"
#include "pipeline/decoding.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

ShownImage::ShownImage(const ImageSource& source, const OpenOptions& options, const Showing& showing) {
    const auto beside = [&](const ImageInfo& image) { return showing.beside ? showing.beside(image) : 0; };
    OpenOptions own = options;
    // What an image that is decoded on opening reserves with its own part, without what decoding it takes.
    own.beside = [&](const ImageInfo& image) {
        return beside(image) + drawing_memory(image, showing.shrink(image.size), showing.format);
    };
    reader_ = source.open(own);
    shrink_ = showing.shrink(info().size);
    reserved_ = reserve_for(*reader_, beside(info()) + picture_memory(*reader_, shrink_, showing.format),
                            options.memory);
}

cv::Mat ShownImage::picture() {
    return displayable({decode_picture(*reader_, shrink_), info().alpha, {}, false});
}

cv::Mat shown_glimpse(const Image& glimpse, int depth) {
    const bool is_in_units = glimpse.pixels.depth() == CV_32F;
    return displayable({is_in_units ? rounded_to(glimpse.pixels, depth) : glimpse.pixels, glimpse.alpha});
}

}  // namespace glimpse
