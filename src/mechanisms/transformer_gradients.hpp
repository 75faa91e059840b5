#pragma once

#include "glimpse/gradients.hpp"
#include "mechanisms/wanted_gradients.hpp"

// The gradients of a spatial transformer. Functions are overloads of those of other mechanisms.

namespace glimpse {

/// Throws `InvalidParameter` where it has none.
void require_gradients(const SpatialTransformer& transformer, bool contracted);

/// By the numbers of its form, or those of them that are wanted; a field has none. Throws as `lower`.
void for_each_gradient(const SpatialTransformer& transformer, Size image, const VisitGradient& visit,
                       const WantsGradient& wants = {});

/// By its field, if it has one.
std::vector<ArrayGradient> array_gradients(const SpatialTransformer& transformer, Size image);

/// The bytes of a gradient, and what it is made of, beside its values.
std::int64_t gradient_memory(const SpatialTransformer& transformer, Size image, Size glimpse);

}  // namespace glimpse
