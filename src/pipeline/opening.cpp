#include "pipeline/opening.hpp"

namespace glimpse {

std::unique_ptr<ImageReader> open_image_of(const ImageJob& job, const OpenOptions& options) {
    return job.bytes ? open_image(*job.bytes, options) : open_image(job.image, options);
}

}  // namespace glimpse
