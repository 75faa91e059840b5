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

Point ProjectiveMotion::operator()(double j, double i) const {
    const auto [x, y, d] = projected(matrix_, j, i);
    const auto moves = projected(moves_, j, i);
    return {(moves.x - x / d * moves.d) / d, (moves.y - y / d * moves.d) / d};
}

SamplingPoints::Jacobian ProjectiveMotion::jacobian(double j, double i) const {
    const auto [x, y, d] = projected(matrix_, j, i);
    const std::array<double, 2> at{x / d, y / d};
    const double of_d = projected(moves_, j, i).d;
    const Point moved = (*this)(j, i);
    const std::array<double, 2> moves{moved.x, moved.y};
    SamplingPoints::Jacobian change = projective_jacobian(matrix_, j, i);
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 2; ++c) {
            const double of_rows = moves_[r][c] - moves[r] * matrix_[2][c] - at[r] * moves_[2][c];
            change[r][c] = (of_rows - change[r][c] * of_d) / d;
        }
    }
    return change;
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
