#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glimpse/export.hpp"

// The pixel convention, written once.
//
// Centre coordinates: the pixel in column x, row y has its centre at (x, y), 0-based.
// Edge coordinates:   measured from the image's top-left edge; pixel k fills [k, k+1).
//
// Positions are (x, y), x first, wherever a person writes them.

namespace glimpse {

/// centre = edge - 1/2.
constexpr double centre_from_edge(double edge) {
    return edge - 0.5;
}

/// edge = centre + 1/2.
constexpr double edge_from_centre(double centre) {
    return centre + 0.5;
}

/// A centre coordinate in the image shrunk n times, n ≥ 1: (centre + 1/2) / n - 1/2.
constexpr double shrunk_centre(double centre, int n) {
    return centre_from_edge(edge_from_centre(centre) / n);
}

/// The edge between pixels that is nearest to `edge`, ties upwards: ⌊edge + ½⌋.
/// Saturates at ±2^29, so that the difference of two edges is an `int`.
GLIMPSE_EXPORT int nearest_edge(double edge);

/// Width and height in pixels: columns and rows.
struct Size {
    int width = 0;
    int height = 0;
    /// The number of pixels.
    [[nodiscard]] std::int64_t area() const { return std::int64_t{width} * height; }
    friend bool operator==(const Size&, const Size&) = default;
};

/// "64×48".
GLIMPSE_EXPORT std::string to_string(Size size);

/// The size of an image shrunk n times, n ≥ 1: ⌈width/n⌉×⌈height/n⌉.
GLIMPSE_EXPORT Size shrunk(Size size, int n);

/// Largest glimpse that is computed, in pixels: 2^28.
constexpr std::int64_t maximum_glimpse_pixels = std::int64_t{1} << 28;

/// Throws `InvalidParameter` at `field` unless 1 ≤ width, 1 ≤ height and width · height ≤
/// `maximum_glimpse_pixels`.
GLIMPSE_EXPORT void require_glimpse_size(Size size, const std::string& field);

/// A position (x, y), in centre or edge coordinates as its user says.
struct Point {
    double x = 0;
    double y = 0;
};

/// A rectangle of real numbers in edge coordinates: COCO's [x, y, width, height].
struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// "[120, 80, 200, 160]".
GLIMPSE_EXPORT std::string to_string(const Box& box);

/// From the least to the greatest coordinates of some points.
struct Extent {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

/// The extent of at least one point. Its sides are coordinates of points, where the right and bottom of a box
/// are rounded sums.
GLIMPSE_EXPORT Extent extent(std::span<const Point> points);

/// The smallest box around at least one point.
GLIMPSE_EXPORT Box bounding_box(std::span<const Point> points);

/// The units of a box: pixels, or fractions of the image's width and height.
enum class Units { pixels, fraction };

/// A box as it is given: in `units`, and rotated by `angle` degrees, clockwise on the screen, about its
/// centre. It is the box in pixels that is rotated.
struct OrientedBox {
    Box box;
    Units units = Units::pixels;
    double angle = 0;
};

/// The box in pixels of an image of size `image`, before its rotation. Throws as `require_box` where
/// fractions overflow.
GLIMPSE_EXPORT Box in_pixels(const OrientedBox& box, Size image);

/// Throws `InvalidParameter` at "/box" unless all four numbers are finite and width, height > 0.
GLIMPSE_EXPORT void require_box(const Box& box);

/// Whether the box, rotated by `angle` degrees about its centre, has a point inside the image.
GLIMPSE_EXPORT bool overlaps(const Box& box, double angle, Size image);

/// Throws `Error` when the box so rotated has none.
/// The message ends with the remedy, if there is one.
GLIMPSE_EXPORT void require_overlap(const Box& box, double angle, Size image, const std::string& remedy = {});

/// Throws `InvalidParameter` at "/box" where a side of the box alone is longer than `maximum_glimpse_pixels`,
/// so that a glimpse of its own size has too many pixels.
GLIMPSE_EXPORT void require_short_sides(const Box& box);

/// A box's own glimpse size: width and height to the nearest integer, at least 1.
/// Throws `InvalidParameter` as `require_short_sides` and `require_glimpse_size`.
GLIMPSE_EXPORT Size rounded_size(const Box& box);

/// Whole pixels: columns [x, x + width), rows [y, y + height).
struct Rectangle {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    [[nodiscard]] bool empty() const { return width <= 0 || height <= 0; }
    /// One beyond the last column and row.
    [[nodiscard]] int right() const { return x + width; }
    [[nodiscard]] int bottom() const { return y + height; }
    [[nodiscard]] Size size() const { return {width, height}; }
    /// The number of pixels.
    [[nodiscard]] std::int64_t area() const { return empty() ? 0 : size().area(); }
    /// Whether all pixels of the other are in this one; of an empty one they are.
    [[nodiscard]] bool contains(const Rectangle& other) const {
        return other.empty() ||
               (x <= other.x && y <= other.y && other.right() <= right() && other.bottom() <= bottom());
    }
    friend bool operator==(const Rectangle&, const Rectangle&) = default;
};

/// All of an image: [0, width) × [0, height).
GLIMPSE_EXPORT Rectangle whole(Size image);

/// The pixels that are in both; {0, 0, 0, 0} when there are none.
GLIMPSE_EXPORT Rectangle intersection(const Rectangle& a, const Rectangle& b);

/// The smallest rectangle that contains both; an empty one counts for nothing.
GLIMPSE_EXPORT Rectangle smallest_containing(const Rectangle& a, const Rectangle& b);

/// The pixels of a box: columns [x0, x1), x0 = ⌊x + ½⌋, x1 = ⌊x + width + ½⌋, at least one; likewise rows.
GLIMPSE_EXPORT Rectangle rounded(const Box& box);

/// A 2×3 matrix, rows first x then y, from glimpse pixel (j, i) to image pixel, both in centre coordinates:
/// x = m[0][0] j + m[0][1] i + m[0][2], y = m[1][0] j + m[1][1] i + m[1][2].
struct Affine {
    std::array<std::array<double, 3>, 2> m{{{1, 0, 0}, {0, 1, 0}}};

    /// The image point (x, y) of glimpse pixel (j, i).
    constexpr Point operator()(double j, double i) const {
        return {m[0][0] * j + m[0][1] * i + m[0][2], m[1][0] * j + m[1][1] * i + m[1][2]};
    }
    /// x depends on j alone, and y on i alone.
    [[nodiscard]] bool axis_aligned() const { return m[0][1] == 0 && m[1][0] == 0; }
    [[nodiscard]] double determinant() const { return m[0][0] * m[1][1] - m[0][1] * m[1][0]; }
};

/// A projective map in homogeneous coordinates, rows first x, then y, then d: from (j, i) to (x/d, y/d), each
/// row r being r[0] j + r[1] i + r[2].
using Homography = std::array<std::array<double, 3>, 3>;

/// The inverse map; the determinant must not be 0.
GLIMPSE_EXPORT Affine inverse(const Affine& affine);

/// The same map into an image shrunk n times: the matrix and the edge coordinates divided by n.
GLIMPSE_EXPORT Affine shrunk(const Affine& affine, int n);

/// The map that divides `box` into `size` cells and takes glimpse pixel (j, i) to the centre of its cell, the
/// box rotated by `angle` degrees, clockwise on the screen, about its centre c:
///   c + R(a) · (width/w · (j - (w-1)/2), height/h · (i - (h-1)/2)),  R = [[cos a, -sin a], [sin a, cos a]].
/// Whole quarter turns are exact.
GLIMPSE_EXPORT Affine box_to_image(const Box& box, Size size, double angle = 0);

/// The border of a w×h glimpse carried into the image: the corners (0,0), (w,0), (w,h), (0,h) of the glimpse,
/// all in edge coordinates.
GLIMPSE_EXPORT std::vector<Point> border_in_image(const Affine& glimpse_to_image, Size glimpse);

/// The corners of a rectangle in edge coordinates, clockwise from the top left.
GLIMPSE_EXPORT std::vector<Point> corners(const Rectangle& rectangle);

}  // namespace glimpse
