#pragma once

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/lowered.hpp"

// The way back: a glimpse put onto a canvas of the image's size.

namespace glimpse {

/// canvas + Aᵀ g: the adjoint, DRAW's write operation on the canvas so far. The glimpse has the map's glimpse
/// size and the canvas's channels, and its depth or floating point in the canvas's units; sums are rounded to
/// the canvas's depth. Throws `Error` where sizes, channels or depths differ.
GLIMPSE_EXPORT Image add_adjoint(const Backend& backend, const LinearMap& map, const Image& glimpse,
                                 const Image& canvas);

/// The canvas with the glimpse laid over it where it was cut out. Through the map's matrix where it
/// resamples: each canvas pixel within the outline takes the glimpse, bilinear, at M⁻¹ p. For `Weights`,
/// whose glimpse is a ⊙ I already, canvas · (1 - a) + g with a cut to 0…1, so that a mask's glimpse restores
/// its own picture. Otherwise canvas · (1 - m) + Aᵀ g / max(M, 1) with m = min(M, 1). Alpha composes: the
/// glimpse lies over the canvas. Throws `Error` where sizes or colours differ, or the matrix has no inverse.
GLIMPSE_EXPORT Image paste(const Backend& backend, const Lowered& lowered, const Image& glimpse,
                           const Image& canvas);

}  // namespace glimpse
