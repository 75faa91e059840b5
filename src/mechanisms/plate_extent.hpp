#pragma once

#include <cstdint>
#include <optional>

#include "glimpse/geometry.hpp"
#include "kernels/kernels.hpp"
#include "mechanisms/thin_plate.hpp"

namespace glimpse {

/// The extent of a glimpse's points as `PlateRows` lists them; none where one is NaN. Most are not made for
/// it: in a cell of 8×8 pixels a plate differs little from what it is at the cell's corners, interpolated
/// bilinearly. Along an axis on which the cell is h long, with |∂²U| ≤ 6 + 4 |log r| and r ≤ R,
///
///   |error| ≤ h² Σ |w_k| (7/4 + max(0, -log h/2) + max(0, log R)/2)
///
/// which is ∫ G ∂²U, G being the linear interpolation's kernel, at most h/4, and h²/8 in all.
std::optional<Extent> plate_extent(const ThinPlate& plate, Size glimpse);

/// The bytes that it takes, beside those of `PlateRows`.
constexpr std::int64_t plate_extent_memory(Size glimpse) {
    constexpr std::int64_t of_corner = 2 * std::int64_t{sizeof(Point)};
    return (glimpse.width / plate_lanes + std::int64_t{2} * plate_lanes) *
           (glimpse.height / plate_lanes + std::int64_t{2}) * of_corner;
}

}  // namespace glimpse
