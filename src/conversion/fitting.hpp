#pragma once

#include <cstdint>

#include "conversion/sight.hpp"

// The least squares of sampling points: over all pixels of a glimpse that have a place in the image.

namespace glimpse::conversion {

/// The affine map nearest to the points: the points' own where they are affine. Along an axis of one pixel,
/// where any step serves, it is the map's own or 1. Throws `Error` where no pixel has a place.
Affine affine_fit(const SamplingPoints& points, Size size);

/// The nearest of those whose x depends on j alone, and y on i alone.
Affine upright_fit(const SamplingPoints& points, Size size);

/// The same with a diagonal > 0. Throws `Error` where it has another.
Affine upright_fit(const Sight& sight);

/// The same with a diagonal ≠ 0, of which either number may be less.
Affine mirrored_fit(const Sight& sight);

/// The upright box, in pixels, whose cells' centres are nearest to what is seen: its own where that is given.
/// Throws `Error` where it would be mirrored, or have no area.
Box box_fit(const Sight& sight);

/// The same of a box that may be turned.
OrientedBox turned_box_fit(const Sight& sight);

struct Distance {
    double greatest = 0;  ///< pixels of the image
    double rms = 0;
    std::int64_t unplaced = 0;  ///< pixels that one of both has no place for
    double farthest = 0;        ///< the greatest magnitude of a coordinate of the first
};

/// Between the points of one glimpse and another of the same size.
Distance distance(const SamplingPoints& one, const SamplingPoints& other, Size size);

}  // namespace glimpse::conversion
