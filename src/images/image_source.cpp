#include "glimpse/image_source.hpp"

namespace glimpse {

ImageSource ImageSource::at_page(int page) const {
    ImageSource source = *this;
    source.page_ = page;
    return source;
}

std::unique_ptr<ImageReader> ImageSource::open(const OpenOptions& options) const {
    OpenOptions own = options;
    own.page = page_.value_or(options.page);
    return bytes_ ? open_image(*bytes_, own) : open_image(name_, own);
}

}  // namespace glimpse
