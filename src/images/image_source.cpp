#include "glimpse/image_source.hpp"

namespace glimpse {

std::unique_ptr<ImageReader> ImageSource::open(const OpenOptions& options) const {
    return bytes_ ? open_image(*bytes_, options) : open_image(name_, options);
}

}  // namespace glimpse
