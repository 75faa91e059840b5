#pragma once

#include <cstdint>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// Where the pixels of a rectangle of the image lie in a glimpse of listed points T that enclose an area, row
/// by row, both in centre coordinates: T⁻¹ of the map that is T at the centres of the glimpse's pixels and
/// linear in both triangles of each cell between four of them. The outermost cells are carried on by T's
/// Jacobian as far as the glimpse's edge, for half a pixel. Of places that several triangles cover, the last
/// in the glimpse's row order counts; those that none covers are NaN.
/// Beside what it returns it takes `listed_inverse_memory` for each pixel. Throws `WaitEnded` where the
/// thread is interrupted (system/interruption.hpp).
std::vector<Point> listed_inverse(const SamplingPoints& points, Size glimpse, const Rectangle& pixels);

/// Bytes of a pixel.
constexpr std::int64_t listed_inverse_memory = sizeof(int);

}  // namespace glimpse
