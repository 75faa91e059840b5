#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "glimpse/lowered.hpp"

// What is told of a map: where its points lie, and what its weights are. No matrix is ever in memory as a
// whole.

namespace glimpse {

/// From the least to the greatest of some numbers; without any, least > greatest.
struct NumberRange {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();

    void add(double number) {
        if (number < least) least = number;
        if (number > greatest) greatest = number;
    }
    [[nodiscard]] bool empty() const { return !(least <= greatest); }
};

/// The sampling points of a glimpse.
struct PointFacts {
    /// Distance of neighbours along the glimpse's rows, image pixels; empty where it has a single column, or
    /// all neighbours are nowhere.
    NumberRange stride_x;
    NumberRange stride_y;  ///< likewise along its columns
    std::int64_t count = 0;
    std::int64_t outside = 0;  ///< beyond the image's outer edges
    std::int64_t left = 0;     ///< beyond its left edge; likewise the others, and a point may be beyond two
    std::int64_t right = 0;
    std::int64_t above = 0;
    std::int64_t below = 0;
    std::int64_t nowhere = 0;  ///< NaN: they see nothing
};

/// The points of `matrix`, or that the map lists; null where it has neither. Lives as long as `lowered`.
std::optional<SamplingPoints> points_of_matrix(const Lowered& lowered);
const SamplingPoints* listed_points(const LinearMap& map);

/// None where the glimpse is no grid of points of the image: of weights, and their sum, and filters.
std::optional<PointFacts> point_facts(const Lowered& lowered);

/// How wide what a glimpse pixel sees is, as an even stripe of the same variance has it: √12 σ, image pixels,
/// with σ² = Σ |a| (p - c)² / Σ |a| + 1/12, c being the centre of mass, and 1/12 the variance of a pixel. So
/// a pixel alone is 1 wide, and a mean over n pixels n.
struct SeenWidth {
    /// Along the glimpse's rows, the mean over its pixels; where these do not move in the image, or it has a
    /// single column, at right angles to its columns, and where neither does, along the image's rows.
    double x = 1;
    double y = 1;  ///< along its columns, likewise
};

/// The weights of a map, A.
struct WeightFacts {
    NumberRange sums;          ///< A 1, of all glimpse pixels
    double mean_sum = 0;       ///< likewise
    NumberRange weights;       ///< of those that are not 0; empty where all are
    std::int64_t count = 0;    ///< of these
    std::int64_t empty = 0;    ///< glimpse pixels without any
    std::int64_t partial = 0;  ///< others, some of whose weights are of what lies outside the image
    /// None where a pixel sees one of the image's own, or all of it, and where none sees anything.
    std::optional<SeenWidth> footprint{};
    /// Glimpse pixels, of those with weights, whose neighbours along its rows are farther away, by the
    /// Jacobian at the pixel, than what it sees is wide, so that finer patterns alias; of points that are
    /// listed √3 pixels at least, as two taps see on average. Likewise along its columns.
    std::int64_t aliased_x = 0;
    std::int64_t aliased_y = 0;
};

/// Sums are of float64. Time is that of writing the map's matrices, and memory that of a row of them.
WeightFacts weight_facts(const Lowered& lowered);

}  // namespace glimpse
