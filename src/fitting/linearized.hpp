#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "glimpse/linear_map.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse::fitting {

/// ∂I/∂x and ∂I/∂y at each sampling point, h×w×C CV_32F in the image's units per pixel: the slopes a of the
/// plane I(T) + a·δ_k that is nearest, by least squares, to the samples I(T + δ_k), k = 1…7,
///   δ_k ~ N(0, (stride/4)² + 1) along either axis, stride = √|det J|, J the Jacobian of T
/// (Jiang et al. 2019, "Linearized Multi-Sampling for Differentiable Image Transformation",
/// arXiv:1901.07124).
struct ImageSlopes {
    cv::Mat x;
    cv::Mat y;
};

/// `draw` tells apart the steps, whose displacements are others.
[[nodiscard]] ImageSlopes linearized_slopes(const Lowered& sampled, const ImageRegion& image,
                                            std::uint64_t seed, std::uint32_t draw);

/// Throws `InvalidParameter` where a glimpse does not sample its image.
void require_samples(const Mechanism& mechanism);

/// A transformer's glimpse as `Samples`, whichever map it is lowered to. Throws `InvalidParameter` where it
/// is none.
[[nodiscard]] Lowered as_samples(const Mechanism& mechanism, Size image);

/// ∂g/∂p of the numbers that these JSON Pointers name, in the image's units:
///   ∂I/∂T · ∂T/∂p,   ∂I/∂T being `linearized_slopes`, and ∂T/∂p that of `moving_points`.
[[nodiscard]] std::vector<cv::Mat> linearized_gradients(const Mechanism& mechanism, const ImageRegion& image,
                                                        std::span<const std::string> pointers,
                                                        std::uint64_t seed, std::uint32_t draw);

}  // namespace glimpse::fitting
