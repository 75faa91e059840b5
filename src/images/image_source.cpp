#include "glimpse/image_source.hpp"

namespace glimpse {

ImageSource ImageSource::at_page(int page) const {
    ImageSource source = *this;
    source.page_ = page;
    return source;
}

ImageSource ImageSource::with_alpha(AlphaChannel alpha) const {
    ImageSource source = *this;
    source.alpha_ = alpha;
    return source;
}

void ImageSource::release() {
    if (bytes_) bytes_ = std::make_shared<const std::vector<std::uint8_t>>();
}

std::unique_ptr<ImageReader> ImageSource::open(const OpenOptions& options) const {
    OpenOptions own = options;
    own.page = page_.value_or(options.page);
    own.alpha = alpha_.value_or(options.alpha);
    return bytes_ ? open_image(*bytes_, own) : open_image(name_, own);
}

}  // namespace glimpse
