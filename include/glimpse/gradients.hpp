#pragma once

#include <cstdint>
#include <functional>
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
    std::vector<Lowered> terms;  ///< one, or two where p moves both axes of a separable map
};

/// ∂g/∂p for each number p of a mechanism for an image of size `image`, the glimpse's size being held: of
/// `Gaussian` in every form that is not turned, of `SpatialTransformer` in all but fields, of `Filter` with a
/// kernel for all pixels, and of `DeformablePoints`. Numbers have the units of the document, angles degrees.
///
/// The derivative of samples is that to the right at whole positions (`axis_slopes`). Jaderberg et al. 2015,
/// "Spatial Transformer Networks", 3.3; Gregor et al. 2015, "DRAW", 3.2.
///
/// Throws `InvalidParameter` where there is none: of crops, of which windows of whole pixels have none, and
/// nearest neighbours; of masks, fields and filters of each pixel; and of turned Gaussians and antialiased
/// samples, whose footprints change with the Jacobian. Otherwise as `lower`, and `Error` where float32 cannot
/// hold a weight.
GLIMPSE_EXPORT std::vector<ParameterGradient> gradients(const Mechanism& mechanism, Size image);

using VisitGradient = std::function<void(const ParameterGradient&)>;
/// The same, one after another: each may have some weights for each pixel.
GLIMPSE_EXPORT void for_each_gradient(const Mechanism& mechanism, Size image, const VisitGradient& visit);

/// Throws as `gradients` where there is none whatever the image.
GLIMPSE_EXPORT void require_gradients(const Mechanism& mechanism);

/// The bytes that one gradient takes at most, with what it is made of, and its values of an image of so many
/// channels.
GLIMPSE_EXPORT std::int64_t gradient_memory(const Mechanism& mechanism, Size image, int channels);

}  // namespace glimpse
