#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/saving.hpp"

namespace glimpse {

/// Fails the glimpses that have no gradients, where they are to be written, and removes them: those that
/// `require_gradients` refuses, all of an image with alpha, and those that a transition makes no linear
/// function of the image.
void refuse_without_gradients(std::vector<LoweredGlimpse>& glimpses, const OutputOptions& options,
                              const ImageInfo& image);

/// The bytes that writing the gradients of these glimpses takes, which are made one after another.
std::int64_t gradients_memory(std::span<const Glimpse> glimpses, const RunOptions& run,
                              const OutputOptions& options, const ImageInfo& image);

/// Saves ∂g/∂p of each number of a glimpse's mechanism, where that is wanted: an .npz with an array of
/// float32 for each, h×w×C, or h×w of an image of one channel, named by the number's place: "box/2". `image`
/// is all of it; the boxes are adjusted as those of the glimpses. The report says what is written. Throws
/// `Error` where float32 cannot hold one, and `WaitEnded` where the run is interrupted.
void save_gradients(const LoweredGlimpse& glimpse, const ImageRegion& image, const RunOptions& options,
                    Saver& saver);

}  // namespace glimpse
