#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// A sampling point of `DeformablePoints`.
struct AttendedPoint {
    Point location;     ///< fractions of the image's width and height, edge coordinates
    double weight = 0;  ///< of float32
};

/// What one query sees by deformable attention (Zhu et al. 2021, "Deformable DETR: Deformable Transformers
/// for End-to-End Object Detection"): a glimpse of one pixel,
///   g = Σ_k a_k I(x_k W - ½, y_k H - ½),
/// I(x, y) being the image between its pixels, bilinear with zeros outside, centre coordinates. The sum is
/// over all points that are listed, of whichever heads and levels.
struct DeformablePoints {
    static constexpr std::string_view name = "points";  ///< in documents

    std::shared_ptr<const std::vector<AttendedPoint>> points;  ///< never null, and not empty
    std::optional<Point> reference{};  ///< of the query, as a location; figures show it as a cross
};

/// Throws `InvalidParameter` for a number that is not finite, a weight that float32 cannot hold, or no
/// points.
GLIMPSE_EXPORT void validate(const DeformablePoints& points);

/// What `lower` takes: the map is as large as the rectangle around the points.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const DeformablePoints& points, Size image);

/// The map, `WeightedSum`, for an image of size `image`, with the points as marks. What lies outside is the
/// share of the weights' magnitudes there. Throws `InvalidParameter`.
GLIMPSE_EXPORT Lowered lower(const DeformablePoints& points, Size image);

}  // namespace glimpse
