#pragma once

#include <memory>

#include "glimpse/image_file.hpp"
#include "glimpse/jobs.hpp"

namespace glimpse {

/// Opens a job's image. Throws `Error` with the reason, without the path.
std::unique_ptr<ImageReader> open_image_of(const ImageJob& job, const OpenOptions& options);

}  // namespace glimpse
