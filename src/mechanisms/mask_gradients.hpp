#pragma once

#include "glimpse/gradients.hpp"

// The gradients of a mask. Functions are overloads of those of other mechanisms.

namespace glimpse {

/// Throws `InvalidParameter` where it has none.
void require_gradients(const Mask& mask, bool contracted);

/// By each number of a grid, of two vectors or Gaussians, and by the temperature; `beside_arrays` without
/// those of grids and vectors. Throws as `lower`, and `InvalidParameter` where they are too many.
void for_each_gradient(const Mask& mask, Size image, const VisitGradient& visit, bool beside_arrays);

/// By its map, or both vectors.
std::vector<ArrayGradient> array_gradients(const Mask& mask, Size image);

/// The bytes of a gradient, and what it is made of, beside its values.
std::int64_t gradient_memory(const Mask& mask, Size image, Size glimpse);

}  // namespace glimpse
