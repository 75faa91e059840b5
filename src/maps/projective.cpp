#include "maps/projective.hpp"

#include <limits>

namespace glimpse {

Homogeneous projected(const Homography& matrix, double j, double i) {
    const auto row = [&](const std::array<double, 3>& m) { return m[0] * j + m[1] * i + m[2]; };
    return {row(matrix[0]), row(matrix[1]), row(matrix[2])};
}

/// Without a branch, so that rows of points are computed in registers.
Point seen(const Homogeneous& point) {
    const double d = point.d > 0 ? point.d : std::numeric_limits<double>::quiet_NaN();
    return {point.x / d, point.y / d};
}

SamplingPoints::Jacobian projective_jacobian(const Homography& matrix, double j, double i) {
    const auto [x, y, d] = projected(matrix, j, i);
    const auto derivative = [&, d = d](const std::array<double, 3>& row, double position, std::size_t n) {
        return (row[n] - position * matrix[2][n]) / d;
    };
    return {{{derivative(matrix[0], x / d, 0), derivative(matrix[0], x / d, 1)},
             {derivative(matrix[1], y / d, 0), derivative(matrix[1], y / d, 1)}}};
}

std::vector<Point> seen_pixels(const Homography& matrix, const Rectangle& pixels) {
    std::vector<Point> points(static_cast<std::size_t>(pixels.area()));
    Point* point = points.data();
    for (int y = pixels.y; y < pixels.bottom(); ++y) {
        for (int x = pixels.x; x < pixels.right(); ++x) *point++ = seen(projected(matrix, x, y));
    }
    return points;
}

}  // namespace glimpse
