#pragma once

#include <optional>

#include "glimpse/mechanism.hpp"

namespace glimpse {

/// The six parameters of Gaussian attention in pixels, for an image of size `image` and a glimpse of `size`;
/// none of any other mechanism. Throws as `axes`.
std::optional<Gaussian::AxesForm> gaussian_axes(const Mechanism& mechanism, Size image, Size size);

/// DRAW's attention with γ = 1; none of what has no γ.
std::optional<Mechanism> with_full_intensity(const Mechanism& mechanism);

}  // namespace glimpse
