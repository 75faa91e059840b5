#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/inverse_warp.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/point_field.hpp"
#include "glimpse/sampling_points.hpp"

// Maps from glimpse to image that are not affine, for the spatial transformer.

namespace glimpse {

/// T(j, i) = ((a j + b i + c) / d, (e j + f i + g) / d), d = p j + q i + r, of the rows (a, b, c), (e, f, g)
/// and (p, q, r): from glimpse pixel to image pixel, centre coordinates, as OpenCV's `warpPerspective` takes
/// it with WARP_INVERSE_MAP. The matrix may be scaled by any number but 0: d counts as positive at the
/// glimpse's centre. A glimpse pixel whose d is ≤ 0 lies behind the viewer and sees nothing.
struct ProjectiveWarp {
    Homography matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
};

/// The projective map that takes the glimpse's outer corners (0, 0), (w, 0), (w, h), (0, h) to these, all in
/// edge coordinates (Heckbert 1989, "Fundamentals of Texture Mapping and Image Warping", 2.2.3). They are the
/// corners of a convex quadrilateral, in either sense of rotation.
struct QuadWarp {
    std::array<Point, 4> corners;
    Units units = Units::pixels;
};

/// The surface of least bending energy through some points (`ThinPlate`): T(from_k) = to_k, in edge
/// coordinates of the glimpse and of the image, in pixels or in fractions of both sizes.
struct ThinPlateWarp {
    static constexpr std::size_t most_points = 1000;  ///< the surface takes the cube of their number

    std::vector<Point> from;  ///< 3 ≤ count ≤ `most_points`, not in a line
    std::vector<Point> to;    ///< as many
    Units units = Units::pixels;
};

/// T(j, i) is the field's own, as `grid_sample` takes it: in [-1, 1] between the edges or, with
/// `align_corners`, the centres of the outer pixels; or in pixels, centre coordinates. The glimpse has the
/// field's size.
struct GridWarp {
    std::shared_ptr<const PointField> field;  ///< never null
    bool in_pixels = false;
};

/// T(j, i) = B(j, i) + F(j, i): B divides the image into the glimpse's w×h cells, and F is a displacement in
/// image pixels, as optical flow is. A field of another size than the glimpse is interpolated bilinearly
/// between the centres of its cells, and constant beyond them.
struct FlowWarp {
    std::shared_ptr<const PointField> field;  ///< never null
};

/// T(j, i) = c + r_i (cos θ_j, sin θ_j) - ½: columns are angles, θ_j = 2π (j + ½)/w, clockwise on the screen
/// from the x axis, and rows are radii, r_i = r_0 (r_1/r_0)^((i + ½)/h), in ratios from the inner to the
/// outer circle. c is in edge coordinates.
struct LogPolarWarp {
    Point centre;                  ///< a fraction's is (x W, y H)
    std::array<double, 2> radius;  ///< 0 < r_0 < r_1; a fraction is one of min(W, H)
    Units units = Units::pixels;
};

/// One of them.
using Warp = std::variant<ProjectiveWarp, QuadWarp, ThinPlateWarp, GridWarp, FlowWarp, LogPolarWarp>;

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image: a number that is not finite,
/// corners of no convex quadrilateral, too few points, a field of no glimpse's size, circles of no ring.
GLIMPSE_EXPORT void validate(const Warp& warp);

/// Whether the glimpse has a size of its own.
GLIMPSE_EXPORT bool has_own_size(const Warp& warp);

/// That size: of a quadrilateral, the longer of its top and bottom sides by the longer of the others, each to
/// the nearest integer, at least 1; of a field, the field's. Throws `InvalidParameter` where it is too large,
/// and `std::logic_error` where there is none.
GLIMPSE_EXPORT Size own_size(const Warp& warp, Size image);

/// Throws `Error`, which ends with the remedy, where a quadrilateral, or the box around log-polar circles,
/// has no point inside the image; never for any other.
GLIMPSE_EXPORT void require_overlap(const Warp& warp, Size image, const std::string& remedy);

/// T, of a `glimpse` that has the field's own size for a grid. Affine where T is a projective map with the
/// last row (0, 0, r). Throws `InvalidParameter` where d is 0 at the glimpse's centre, or points fix no
/// surface, and `Error` as a field does.
GLIMPSE_EXPORT SamplingPoints sampling_points(const Warp& warp, Size image, Size glimpse, bool align_corners);

/// The matrix of a projective map or quadrilateral, from glimpse pixel to image pixel, d > 0 at the glimpse's
/// centre; none of any other. Throws as `sampling_points`.
GLIMPSE_EXPORT std::optional<Homography> homography(const Warp& warp, Size image, Size glimpse);

/// T⁻¹ of a projective map, a quadrilateral and log-polar circles; null of any other. Throws as
/// `sampling_points`.
GLIMPSE_EXPORT std::shared_ptr<const InverseWarp> inverse_warp(const Warp& warp, Size image, Size glimpse);

/// The bytes of its points, if they are listed: some are not until a list is asked for. And of what they are
/// made of; for a glimpse of that size or else of its own.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const Warp& warp, Size image, std::optional<Size> glimpse);

}  // namespace glimpse
