#include "pipeline/preparation.hpp"

#include "glimpse/image_file.hpp"
#include "parameters/attention_file.hpp"

namespace glimpse {

std::unique_ptr<ImageReader> open_image_of(const ImageJob& job, const OpenOptions& options) {
    return job.bytes ? open_image(*job.bytes, options) : open_image(job.image, options);
}

LinearMap map_of(Glimpse glimpse, const BoxAdjustment& adjustment, Size image) {
    supply_attention_file(glimpse);
    return lower(adjusted(glimpse.mechanism, adjustment, image), image);
}

}  // namespace glimpse
