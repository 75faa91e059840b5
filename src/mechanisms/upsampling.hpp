#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "glimpse/mechanisms/mask.hpp"

namespace glimpse {

/// Where a mask's map lies: all of the image where it has no placement.
struct PlacedMap {
    Box region;        ///< edge coordinates
    Rectangle pixels;  ///< of the image
};

/// Throws as `map_region`.
PlacedMap placed_map(const Mask& mask, Size image);

/// The matrices R and K by which a grid G of so many cells is upsampled, R G Kᵀ; none where each cell is a
/// pixel. Throws as `upsampled`.
std::optional<Separable> upsampling_axes(const Mask& mask, Size cells, const PlacedMap& place);

/// A mask's grid, CV_64F, which lies so, at the pixels, CV_32F, as its `upsample` and `sigma` say: those of
/// the rounded region that lie on the image. Throws `Error` where a map that is to be smoothed lies on far
/// more pixels.
cv::Mat upsampled(const Mask& mask, const cv::Mat& grid, const PlacedMap& place);

/// The cell, from 0, in which an edge coordinate 0 ≤ edge ≤ cells lies: ⌊edge⌋, but the next one where that
/// begins within rounding, since a region's edges are seldom exact numbers.
int nearest_cell(double edge, int cells);

/// The bytes that this takes at most beside a grid of so many values and the result, where they are many: of
/// Gaussian filters.
std::int64_t upsampling_memory(const Mask& mask, Size image, std::int64_t values);

}  // namespace glimpse
