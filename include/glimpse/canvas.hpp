#pragma once

#include <cstdint>
#include <optional>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/lowered.hpp"

// The way back: a glimpse (h×w×C) put onto a canvas of the image's size (H×W×C).

namespace glimpse {

// A glimpse has the canvas's depth, or is of float32 in the canvas's units: 0…255 on 8 bits, 0…65535 on 16.
// The result is rounded to `depth`, an OpenCV depth: the canvas's without one, and as it is for CV_32F. Where
// `clipped` is not null, it becomes the number of values that saturate in it, or are NaN, which becomes 0.

/// canvas + Aᵀ g: the adjoint, DRAW's write operation on the canvas so far (Gregor et al. 2015). The glimpse
/// has the map's glimpse size and the canvas's channels. Throws `Error` where the glimpse's size, channels or
/// depth do not fit, and `std::logic_error` where the map is for another image size than the canvas's.
GLIMPSE_EXPORT Image add_adjoint(const Backend& backend, const LinearMap& map, const Image& glimpse,
                                 const Image& canvas, std::optional<int> depth = {},
                                 std::int64_t* clipped = nullptr);

/// The bytes that `add_adjoint` holds at most on a CPU, beside the glimpse and the canvas: its result among
/// them.
GLIMPSE_EXPORT std::int64_t adjoint_memory(const LinearMap& map, const Image& glimpse, const Image& canvas,
                                           std::optional<int> depth = {});

/// The canvas with the glimpse pasted where it was cut out; alpha composes, the glimpse over the canvas.
///
/// Maps that resample with a matrix P: each canvas pixel p within the outline takes the glimpse, bilinear, at
/// P⁻¹ p (centre coordinates). `Weights`, whose glimpse is a ⊙ I already: canvas · (1 - a) + g with a clamped
/// to 0…1, so that a mask's glimpse restores its own picture. Others: canvas · (1 - m) + Aᵀ g / max(M, 1),
/// with the attention M = Aᵀ1 and m = min(M, 1).
///
/// Alpha of float32 is in the canvas's units as well, and clamped to 0…1, 255 or 65535; on a canvas of
/// float32 that is transparent throughout it may be in any.
///
/// Throws `Error` where the glimpse's size, its depth or the number of colours does not fit, P has no
/// inverse, or alpha of float32 leaves its range by more than half of it; and `std::logic_error` as
/// `add_adjoint`.
GLIMPSE_EXPORT Image paste(const Backend& backend, const Lowered& lowered, const Image& glimpse,
                           const Image& canvas, std::optional<int> depth = {},
                           std::int64_t* clipped = nullptr);

/// The bytes that `paste` holds at most on a CPU, beside the glimpse and the canvas.
GLIMPSE_EXPORT std::int64_t paste_memory(const Lowered& lowered, const Image& glimpse, const Image& canvas,
                                         std::optional<int> depth = {});

}  // namespace glimpse
