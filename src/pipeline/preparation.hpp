#pragma once

#include <memory>

#include "glimpse/run.hpp"

// What is known of a job's glimpses before any pixel is decoded.

namespace glimpse {

/// Opens a job's image. Throws `Error` with the reason, without the path.
std::unique_ptr<ImageReader> open_image_of(const ImageJob& job, const OpenOptions& options);

/// The glimpse's map for an image of `image` pixels: its box adjusted, its attention file read where that was
/// not done yet. Throws as `lower` and `supply_attention_file` do.
LinearMap map_of(Glimpse glimpse, const BoxAdjustment& adjustment, Size image);

}  // namespace glimpse
