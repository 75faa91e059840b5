#include "maps/projective.hpp"

#include "kernels/homography.hpp"
#include "kernels/kernels.hpp"

namespace glimpse {

Homogeneous projected(const Homography& matrix, double j, double i) {
    const auto row = [&](const std::array<double, 3>& m) { return homogeneous(m.data(), j, i); };
    return {row(matrix[0]), row(matrix[1]), row(matrix[2])};
}

Point seen(const Homogeneous& point) {
    const double d = divisor(point.d);
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

void list_seen(const Homography& matrix, int x, int y, std::span<Point> row) {
    static_assert(sizeof(Homography) == 9 * sizeof(double), "a matrix is its rows, one after another");
    kernels().projective_row({matrix.front().data(), x, y, static_cast<int>(row.size()), &row.front().x});
}

std::vector<Point> seen_pixels(const Homography& matrix, const Rectangle& pixels) {
    std::vector<Point> points(static_cast<std::size_t>(pixels.area()));
    const auto width = static_cast<std::size_t>(pixels.width);
    for (int i = 0; i < pixels.height; ++i)
        list_seen(matrix, pixels.x, pixels.y + i, std::span(points).subspan(std::size_t(i) * width, width));
    return points;
}

}  // namespace glimpse
