#pragma once

#include <algorithm>
#include <vector>

#include "glimpse/lowered.hpp"

// Where a glimpse lies in the image: what several kinds of maps share.

namespace glimpse {

/// A sum of weights along one axis as a share of the full one, 0…1. What float32 may have rounded off the
/// full sum is not missing: half a unit in the last place of each weight, and the weights of bicubic and
/// Lanczos kernels, the largest, have absolute values that sum to less than 2.
inline double share_of(double sum, double full) {
    constexpr double rounding = 0x1p-23;
    const double share = sum / full;
    return share >= 1 - rounding ? 1 : std::max(share, 0.0);
}

/// The mean of values of a region, CV_32F and 0 elsewhere, over each n×n block; what lies outside the image
/// counts as 0.
ImageRegion means_over_blocks(const ImageRegion& values, Size image, int n);

/// `block_attention` of a map whose kind can be `shrunk`, to `small`.
ImageRegion block_attention_by_shrinking(const LinearMap& map, const MapKind& small, int n);

/// The border of the glimpse through the matrix; without one, of the support.
std::vector<Point> outline_by_matrix(const Lowered& lowered);

/// Whether listed points enclose an area: those in a single line, such as a list of pixels, do not, unless
/// their border is known.
bool enclose_an_area(const SamplingPoints& points, Size size);

/// The listed points of a map that enclose an area; null of any other.
const SamplingPoints* listed_area(const LinearMap& map);

/// The border of the glimpse through its points where these enclose an area; otherwise as
/// `outline_by_matrix`.
std::vector<Point> outline_by_points(const SamplingPoints& points, const Lowered& lowered);

/// The length of the Jacobian's shorter column: the distance to the nearest neighbour, in image pixels.
double pitch_of(const SamplingPoints::Jacobian& jacobian);

/// The pitch of the matrix; without one, 1.
double pitch_by_matrix(const Lowered& lowered);

/// The least pitch of points that enclose an area; otherwise as `pitch_by_matrix`.
double pitch_by_points(const SamplingPoints& points, const Lowered& lowered);

}  // namespace glimpse
