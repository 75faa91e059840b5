#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glimpse/loss_gradients.hpp"
#include "pipeline/saving.hpp"

namespace glimpse {

/// Whether gradients of any kind are to be written.
bool writes_gradients(const OutputOptions& options);

/// Fails the glimpses that have no gradients, where they are to be written, and removes them: those that
/// `require_gradients` refuses, all of an image with alpha, those that a transition makes no linear function
/// of the image, and those to which `--vjp` gives none of a loss, or one of another shape.
void refuse_without_gradients(std::vector<LoweredGlimpse>& glimpses, const OutputPlan& plan,
                              const ImageJob& job, const ImageInfo& image);

/// The bytes that writing the gradients of these glimpses takes, which are made one after another.
std::int64_t gradients_memory(std::span<const Glimpse> glimpses, const RunOptions& run,
                              const OutputOptions& options, const ImageInfo& image);

/// What gradients are written of: all of an image, and its job.
struct GradientSource {
    const ImageRegion& image;
    const ImageJob& job;
};

/// Saves the gradients of a glimpse, where they are wanted; its box is adjusted as the glimpse's. The report
/// says what is written. Throws `Error` where float32 cannot hold one, and `WaitEnded` where the run is
/// interrupted.
///
/// ∂g/∂p of each number p of its mechanism: an .npz with an array of float32 for each, h×w×C, or h×w of an
/// image of one channel, named by the number's place, "box/2"; of a field, or filters of each pixel, h×w×2×C
/// or h×w×s×s×C by each pixel's own numbers, "grid".
///
/// ∂L/∂p = Σ ∂L/∂g ∂g/∂p, summed in float64, of a given ∂L/∂g: an .npz with a number for each p, and an array
/// for each array of the mechanism; the numbers are in the report as well.
void save_gradients(const LoweredGlimpse& glimpse, const GradientSource& source, const OutputPlan& plan,
                    const RunOptions& options, Saver& saver);

}  // namespace glimpse
