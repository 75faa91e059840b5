#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core/mat.hpp>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"

// Glimpses that are between sums and products, as `Transition` has them.

namespace glimpse {

/// How a map takes an image by a transition, if there is one: none where that is the map's own way, exactly,
/// as n = 1 is of `Weights` and n = 0 of any other.
GLIMPSE_EXPORT Rare<Transition> effective(const Rare<Transition>& transition, const LinearMap& map);

/// Throws `InvalidParameter` at "/transition" where the numbers are not one, or one for each channel, or the
/// image has alpha; and `Error` where weights that are combined with the image are negative.
GLIMPSE_EXPORT void validate_transition(const Lowered& lowered, int channels, bool alpha);

/// The glimpse of a region that contains `needed(lowered)`, CV_32F in the units of the region. What lies
/// outside the image is the fill, or black. Throws `Error` where a value is negative, with its place.
GLIMPSE_EXPORT cv::Mat read_transition(const Backend& backend, const Lowered& lowered,
                                       const ImageRegion& region);

/// The attention map of the linearisation at that image, diag(∂g/∂s) · A · diag(∂E(-n, I)/∂I) summed over the
/// glimpse's pixels, the mean over the channels; of `Weights` the derivative of a ⊕_n I by I. A pixel of 0,
/// whose logarithm is infinite, counts 0.
GLIMPSE_EXPORT ImageRegion linearised_attention(const Backend& backend, const Lowered& lowered,
                                                const ImageRegion& region);

/// The bytes that reading takes beside the pixels and the glimpse, and the linearised map.
GLIMPSE_EXPORT std::int64_t transition_memory(const Lowered& lowered, int channels);

}  // namespace glimpse
