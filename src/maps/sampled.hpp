#pragma once

#include <optional>
#include <vector>

#include "glimpse/linear_map.hpp"

namespace glimpse {

/// An image of `image` pixels sampled on the w×h points of a glimpse: `Separable` where the affine map is
/// axis-aligned, for which each axis is sampled once, and the samples themselves otherwise.
MapKind sampled(Samples samples, Size image, Size glimpse);

/// The footprints of antialiased samples; none where nothing shrinks. `jacobians` are those of listed points,
/// in their order.
std::optional<Footprints> footprints_of(const Samples& samples,
                                        std::vector<SamplingPoints::Jacobian> jacobians);

/// The same antialiased: `sampled` where nothing shrinks, `Separable` where the affine map is axis-aligned,
/// and `Footprints` otherwise. The samples are bilinear; `jacobians` are those of listed points, in their
/// order. Throws `Error` where more weights are needed than `most_footprint_weights`.
MapKind antialiased(Samples samples, std::vector<SamplingPoints::Jacobian> jacobians, Size image,
                    Size glimpse);

}  // namespace glimpse
