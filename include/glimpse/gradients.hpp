#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"

// How a glimpse changes with the numbers of its mechanism: what a network learns to look by.

namespace glimpse {

/// The derivative of a glimpse by one number p of its mechanism, for an image I that does not change:
///
///   ∂g/∂p = Σ_t A_t I
///
/// over its terms, linear maps of the glimpse's own image and size, of which backends apply each as it is.
/// With a padding c each is A_t (I - c), but of filters, which the term's `fill` and full weight of 0 say to
/// `read_glimpses`.
struct ParameterGradient {
    std::string parameter;       ///< a JSON Pointer into the entry of a document: "/box/2"
    std::vector<Lowered> terms;  ///< one, or some where p moves both axes of a separable map
};

/// ∂g/∂p for each single number p of a mechanism for an image of size `image`, the glimpse's size being held:
/// of `Gaussian`; of `SpatialTransformer`; of `Filter` with a kernel for all pixels; of `DeformablePoints`;
/// of `Mask` from a grid of up to `most_single_numbers`, two vectors or Gaussians, and its temperature; and
/// of `Crop` where it is sampled between pixels. Numbers have the units of the document, angles degrees.
/// Fields and filters of each pixel have none of single numbers, but `array_gradients`.
///
/// The derivative of samples is that to the right at whole positions (`axis_slopes`), and so is that of
/// triangles where these bend. Jaderberg et al. 2015, "Spatial Transformer Networks", 3.3; Gregor et al.
/// 2015, "DRAW", 3.2.
///
/// Throws `InvalidParameter` where there is none: of crops of whole pixels, nearest neighbours, hard masks,
/// and grids of too many numbers. Otherwise as `lower`, and `Error` where float32 cannot hold a weight.
GLIMPSE_EXPORT std::vector<ParameterGradient> gradients(const Mechanism& mechanism, Size image);

/// The most numbers of a mask of which each has a gradient as large as the glimpse.
inline constexpr std::int64_t most_single_numbers = 4096;

using VisitGradient = std::function<void(const ParameterGradient&)>;
/// The same, one after another: each may have some weights for each pixel. `beside_arrays`: without the
/// numbers that `array_gradients` has, however many they are.
GLIMPSE_EXPORT void for_each_gradient(const Mechanism& mechanism, Size image, const VisitGradient& visit,
                                      bool beside_arrays = false);

/// The derivative of a glimpse by an array F of its mechanism, as the chain rule has it, by way of n numbers
/// v of each pixel:
///
///   ∂g[i, j]/∂v[i, j, k] = (A_k I)[i, j],   ∂L/∂F = Σ ∂L/∂v ∂v/∂F
struct ArrayGradient {
    std::string parameter;   ///< its key, a JSON Pointer: "/grid"
    std::vector<int> shape;  ///< of F: h×w×2 of a field, x before y; h×w×s×s of filters; as a mask has it
    int count = 1;  ///< n: 2 of a field; s² of filters, tap u·s + v; 1 of a mask, its weight a[i, j]
    /// Whether v are F's own numbers of the pixel, or those that these become where a flow is upsampled; not
    /// of masks, nor of antialiased fields, whose points count beside their neighbours.
    bool is_by_pixel = true;
    /// A_k, 0 ≤ k < n, as a term of `ParameterGradient`. Of a mask whose weights are summed the map's glimpse
    /// has the image's size, and all of its pixels are of the only one.
    std::function<Lowered(int k)> part;
    /// ∂L/∂F, as many numbers as the shape says, out of n planes ∂L/∂v_k, CV_64F, of the size of the parts'
    /// glimpse.
    std::function<std::vector<double>(const std::vector<cv::Mat>&)> pulled_back;
};

/// Of each array of a mechanism: a field of `SpatialTransformer`, the filters of each pixel of `Filter`, the
/// map or the vectors of a `Mask`. Throws as `gradients`, whatever the numbers' count.
GLIMPSE_EXPORT std::vector<ArrayGradient> array_gradients(const Mechanism& mechanism, Size image);

/// Throws as `gradients` where there is none whatever the image; `contracted`: as `array_gradients`, whose
/// numbers need no array of their own.
GLIMPSE_EXPORT void require_gradients(const Mechanism& mechanism, bool contracted = false);

/// The bytes that one gradient takes at most, with what it is made of, and its values of an image of so many
/// channels: of a number, or of an array, `contracted` with the gradient of a loss or not.
GLIMPSE_EXPORT std::int64_t gradient_memory(const Mechanism& mechanism, Size image, int channels,
                                            bool contracted = false);

}  // namespace glimpse
