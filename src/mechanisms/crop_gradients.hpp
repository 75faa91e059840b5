#pragma once

#include "glimpse/gradients.hpp"

// The gradients of a crop that is sampled between pixels. Functions are overloads of those of other
// mechanisms.

namespace glimpse {

/// Throws `InvalidParameter` where it has none.
void require_gradients(const Crop& crop, bool contracted);

/// By the numbers of its box, in the order of its convention: "/box/0". Throws as `lower`.
void for_each_gradient(const Crop& crop, Size image, const VisitGradient& visit);

/// The bytes of a gradient, and what it is made of, beside its values.
std::int64_t gradient_memory(const Crop& crop, Size image, Size glimpse);

/// Throws `InvalidParameter`: windows of whole pixels have none. `what` are they: "a crop".
[[noreturn]] void refuse_whole_pixels(const std::string& what);

}  // namespace glimpse
