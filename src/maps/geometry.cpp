#include "glimpse/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "glimpse/banded_matrix.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

constexpr double largest_edge = 1 << 29;

struct Rotation {
    double cosine;
    double sine;
};

// cos 90° computed is 6e-17, which would turn an exact quarter turn into an interpolation.
Rotation rotation(double degrees) {
    const double turns = std::remainder(degrees, 360.0) / 90.0;
    if (turns == std::nearbyint(turns)) {
        constexpr std::array<Rotation, 4> quarter{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
        return quarter[static_cast<std::size_t>((static_cast<int>(turns) + 4) % 4)];
    }
    const double radians = degrees * std::numbers::pi / 180.0;
    return {std::cos(radians), std::sin(radians)};
}

}  // namespace

Extent extent(std::span<const Point> points) {
    const auto [left, right] = std::ranges::minmax(points, {}, &Point::x);
    const auto [top, bottom] = std::ranges::minmax(points, {}, &Point::y);
    return {left.x, top.y, right.x, bottom.y};
}

Box bounding_box(std::span<const Point> points) {
    const auto [left, top, right, bottom] = extent(points);
    return {left, top, right - left, bottom - top};
}

std::string to_string(Size size) {
    return std::to_string(size.width) + "×" + std::to_string(size.height);
}

std::string to_string(const Box& box) {
    return "[" + number_text(box.x) + ", " + number_text(box.y) + ", " + number_text(box.width) + ", " +
           number_text(box.height) + "]";
}

Size shrunk(Size size, int n) {
    return {ceil_div(size.width, n), ceil_div(size.height, n)};
}

int nearest_edge(double edge) {
    return static_cast<int>(std::clamp(std::floor(edge + 0.5), -largest_edge, largest_edge));
}

void require_glimpse_size(Size size, const std::string& field) {
    if (size.width < 1 || size.height < 1) {
        throw InvalidParameter(field, "a glimpse has at least 1×1 pixels, not " + to_string(size));
    }
    if (size.area() > maximum_glimpse_pixels) {
        throw InvalidParameter(field, "a glimpse has at most " + power_of_two(maximum_glimpse_pixels) +
                                          " pixels, not " + to_string(size));
    }
}

Box in_pixels(const OrientedBox& box, Size image) {
    const Box& given = box.box;
    if (box.units == Units::pixels) return given;
    const Box pixels{given.x * image.width, given.y * image.height, given.width * image.width,
                     given.height * image.height};
    require_box(pixels);  // the products may overflow
    return pixels;
}

void require_box(const Box& box) {
    for (const double number : {box.x, box.y, box.width, box.height}) {
        if (!std::isfinite(number)) {
            throw InvalidParameter("/box", "a box is four finite numbers, not " + to_string(box));
        }
    }
    if (box.width <= 0 || box.height <= 0) {
        throw InvalidParameter("/box",
                               "a box [x, y, width, height] has width and height > 0, not " + to_string(box));
    }
}

bool overlaps(const Box& box, double angle, Size image) {
    // Separating axis theorem: two convex shapes are disjoint exactly if a normal of an edge of one of them
    // separates them.
    const Affine unit_square = box_to_image(box, {1, 1}, angle);
    const auto [left, top, right, bottom] = extent(border_in_image(unit_square, {1, 1}));
    bool is_apart = left >= image.width || right <= 0 || top >= image.height || bottom <= 0;
    if (unit_square.determinant() != 0) {
        const Extent seen = extent(border_in_image(inverse(unit_square), image));
        is_apart = is_apart || seen.left > 1 || seen.right < 0 || seen.top > 1 || seen.bottom < 0;
    }
    return !is_apart;
}

void require_overlap(const Box& box, double angle, Size image, const std::string& remedy) {
    if (overlaps(box, angle, image)) return;
    const std::string turned = angle == 0 ? "" : ", turned by " + number_text(angle) + "°,";
    throw Error("the box " + to_string(box) + turned + " lies wholly outside the image of " +
                to_string(image) + " pixels" + remedy);
}

void require_short_sides(const Box& box) {
    if (std::max(box.width, box.height) <= static_cast<double>(maximum_glimpse_pixels)) return;
    throw InvalidParameter("/box", "a glimpse has at most " + power_of_two(maximum_glimpse_pixels) +
                                       " pixels, not " + number_text(box.width) + "×" +
                                       number_text(box.height));
}

Size rounded_size(const Box& box) {
    require_short_sides(box);
    const auto rounded_length = [](double length) { return std::max(1, nearest_edge(length)); };
    const Size size{rounded_length(box.width), rounded_length(box.height)};
    require_glimpse_size(size, "/box");
    return size;
}

Rectangle whole(Size image) {
    return {0, 0, image.width, image.height};
}

Rectangle intersection(const Rectangle& a, const Rectangle& b) {
    const int x = std::max(a.x, b.x);
    const int y = std::max(a.y, b.y);
    const Rectangle both{x, y, std::min(a.right(), b.right()) - x, std::min(a.bottom(), b.bottom()) - y};
    return both.empty() ? Rectangle{} : both;
}

Rectangle smallest_containing(const Rectangle& a, const Rectangle& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    const int x = std::min(a.x, b.x);
    const int y = std::min(a.y, b.y);
    return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

namespace {

/// The pixels of a side; the one at its middle where its ends are rounded to one edge.
Interval rounded_side(double begin, double length) {
    const Interval side{nearest_edge(begin), nearest_edge(begin + length)};
    if (!side.empty()) return side;
    const int middle = nearest_edge(begin + length / 2 - 0.5);
    return {middle, middle + 1};
}

}  // namespace

Rectangle rounded(const Box& box) {
    const Interval x = rounded_side(box.x, box.width);
    const Interval y = rounded_side(box.y, box.height);
    return {x.begin, y.begin, x.length(), y.length()};
}

Affine inverse(const Affine& affine) {
    const auto& m = affine.m;
    const double d = affine.determinant();
    const double a = m[1][1] / d;
    const double b = -m[0][1] / d;
    const double c = -m[1][0] / d;
    const double e = m[0][0] / d;
    return {{{{a, b, -(a * m[0][2] + b * m[1][2])}, {c, e, -(c * m[0][2] + e * m[1][2])}}}};
}

Affine shrunk(const Affine& affine, int n) {
    Affine small = affine;
    for (auto& row : small.m) {
        row[0] /= n;
        row[1] /= n;
        row[2] = shrunk_centre(row[2], n);
    }
    return small;
}

Affine box_to_image(const Box& box, Size size, double angle) {
    const auto [cosine, sine] = rotation(angle);
    const double dx = box.width / size.width;
    const double dy = box.height / size.height;
    if (sine == 0 && cosine == 1) {
        // Not through the centre: x + d/2 is exact for whole boxes, and c - d(w-1)/2 is not.
        return {{{{dx, 0, centre_from_edge(box.x + dx / 2)}, {0, dy, centre_from_edge(box.y + dy / 2)}}}};
    }
    const Point centre{centre_from_edge(box.x + box.width / 2), centre_from_edge(box.y + box.height / 2)};
    const double middle_j = (size.width - 1) / 2.0;
    const double middle_i = (size.height - 1) / 2.0;
    const double xx = cosine * dx;
    const double xy = -sine * dy;
    const double yx = sine * dx;
    const double yy = cosine * dy;
    return {{{{xx, xy, centre.x - (xx * middle_j + xy * middle_i)},
              {yx, yy, centre.y - (yx * middle_j + yy * middle_i)}}}};
}

std::vector<Point> border_in_image(const Affine& glimpse_to_image, Size glimpse) {
    std::vector<Point> border = corners(whole(glimpse));
    for (Point& corner : border) {
        const Point centre = glimpse_to_image(centre_from_edge(corner.x), centre_from_edge(corner.y));
        corner = {edge_from_centre(centre.x), edge_from_centre(centre.y)};
    }
    return border;
}

std::vector<Point> corners(const Rectangle& rectangle) {
    const double left = rectangle.x;
    const double top = rectangle.y;
    const double right = left + rectangle.width;
    const double bottom = top + rectangle.height;
    return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

}  // namespace glimpse
