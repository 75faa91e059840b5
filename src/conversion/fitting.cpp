#include "conversion/fitting.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "glimpse/error.hpp"

namespace glimpse::conversion {

namespace {

/// The mean square of a column's, or row's, distance from the middle of n.
double spread(int n) {
    return (double(n) * n - 1) / 12;
}

/// Calls visit(j, i, point) for all pixels that have a place in the image.
template <typename Visit>
void for_each_place(const SamplingPoints& points, Size size, const Visit& visit) {
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const Point at = points.at(j, i);
            if (std::isfinite(at.x) && std::isfinite(at.y)) visit(double(j), double(i), at);
        }
    }
}

/// Means, and sums of products of what differs from them.
struct Moments {
    double count = 0;
    double j = 0;
    double i = 0;
    Point at{};
    double jj = 0;
    double ji = 0;
    double ii = 0;
    Point j_at{};
    Point i_at{};
};

Moments moments_of(const SamplingPoints& points, Size size) {
    Moments m;
    for_each_place(points, size, [&](double j, double i, const Point& at) {
        ++m.count;
        m.j += j;
        m.i += i;
        m.at = {m.at.x + at.x, m.at.y + at.y};
    });
    if (m.count == 0) throw Error("no pixel of the glimpse has a place in the image");
    m.j /= m.count;
    m.i /= m.count;
    m.at = {m.at.x / m.count, m.at.y / m.count};
    for_each_place(points, size, [&](double j, double i, const Point& at) {
        const double dj = j - m.j;
        const double di = i - m.i;
        const Point d{at.x - m.at.x, at.y - m.at.y};
        m.jj += dj * dj;
        m.ji += dj * di;
        m.ii += di * di;
        m.j_at = {m.j_at.x + dj * d.x, m.j_at.y + dj * d.y};
        m.i_at = {m.i_at.x + di * d.x, m.i_at.y + di * d.y};
    });
    return m;
}

/// The row of an affine map with these steps, through the means.
std::array<double, 3> through(const Moments& m, double of_j, double of_i, double mean) {
    return {of_j, of_i, mean - of_j * m.j - of_i * m.i};
}

/// The step along an axis that no pixel tells.
constexpr double unknown_step = 1;

/// With such a step, across the other one, where the glimpse has one pixel along an axis and the map none.
Affine with_steps(Affine affine, Size size) {
    auto& [x, y] = affine.m;
    const auto fill = [](double& to_x, double& to_y, double across_x, double across_y) {
        const double length = std::hypot(across_x, across_y);
        to_x = unknown_step * across_x / length;
        to_y = unknown_step * across_y / length;
    };
    const bool lacks_j = size.width == 1 && x[0] == 0 && y[0] == 0;
    const bool lacks_i = size.height == 1 && x[1] == 0 && y[1] == 0;
    if (lacks_j) lacks_i || (x[1] == 0 && y[1] == 0) ? fill(x[0], y[0], 1, 0) : fill(x[0], y[0], y[1], -x[1]);
    if (lacks_i) x[0] == 0 && y[0] == 0 ? fill(x[1], y[1], 0, 1) : fill(x[1], y[1], -y[0], x[0]);
    return affine;
}

}  // namespace

Affine affine_fit(const SamplingPoints& points, Size size) {
    if (const Affine* const affine = points.affine()) return with_steps(*affine, size);
    const Moments m = moments_of(points, size);
    const double determinant = m.jj * m.ii - m.ji * m.ji;
    if (determinant > 0) {
        const auto row = [&](double j_at, double i_at, double mean) {
            return through(m, (m.ii * j_at - m.ji * i_at) / determinant,
                           (m.jj * i_at - m.ji * j_at) / determinant, mean);
        };
        return {{{row(m.j_at.x, m.i_at.x, m.at.x), row(m.j_at.y, m.i_at.y, m.at.y)}}};
    }
    const bool along_j = m.jj > 0;
    const bool along_i = m.ii > 0 && !along_j;
    return {{{through(m, along_j ? m.j_at.x / m.jj : unknown_step, along_i ? m.i_at.x / m.ii : 0, m.at.x),
              through(m, along_j ? m.j_at.y / m.jj : 0, along_i ? m.i_at.y / m.ii : unknown_step, m.at.y)}}};
}

Affine upright_fit(const SamplingPoints& points, Size size) {
    if (const Affine* const affine = points.affine()) {
        const Affine stepped = with_steps(*affine, size);
        const auto& m = stepped.m;
        // What one column or row does not tell is how large its pixels are.
        const double x = size.width > 1 ? m[0][0] : std::hypot(m[0][0], m[1][0]);
        const double y = size.height > 1 ? m[1][1] : std::hypot(m[0][1], m[1][1]);
        const double middle_j = (size.width - 1) / 2.0;
        const double middle_i = (size.height - 1) / 2.0;
        return {{{{x, 0, m[0][2] + m[0][1] * middle_i}, {0, y, m[1][2] + m[1][0] * middle_j}}}};
    }
    const Moments m = moments_of(points, size);
    const double x = m.jj > 0 ? m.j_at.x / m.jj : unknown_step;
    const double y = m.ii > 0 ? m.i_at.y / m.ii : unknown_step;
    return {{{through(m, x, 0, m.at.x), through(m, 0, y, m.at.y)}}};
}

Affine upright_fit(const Sight& sight) {
    const Affine fit = upright_fit(sight.points, sight.size);
    if (!(fit.m[0][0] > 0) || !(fit.m[1][1] > 0)) {
        throw Error(
            "it is mirrored, or runs across the image's axes, and no upright box has its points in that "
            "order");
    }
    return fit;
}

Affine mirrored_fit(const Sight& sight) {
    const Affine fit = upright_fit(sight.points, sight.size);
    if (fit.m[0][0] == 0 || fit.m[1][1] == 0) {
        throw Error("it runs across the image's axes, or has no area, and no upright box has its points");
    }
    return fit;
}

Box box_fit(const Sight& sight) {
    if (sight.box && sight.box->angle == 0) return sight.box->box;
    const Affine fit = upright_fit(sight);
    const auto& m = fit.m;
    return {edge_from_centre(m[0][2]) - m[0][0] / 2, edge_from_centre(m[1][2]) - m[1][1] / 2,
            m[0][0] * sight.size.width, m[1][1] * sight.size.height};
}

OrientedBox turned_box_fit(const Sight& sight) {
    if (sight.box) return *sight.box;
    const Size size = sight.size;
    const Affine affine = affine_fit(sight.points, size);
    const auto& m = affine.m;
    if (affine.axis_aligned() && m[0][0] > 0 && m[1][1] > 0) return {.box = box_fit(sight)};
    if (!(affine.determinant() > 0)) {
        throw Error("it is mirrored, or has no area, and no box is, however it is turned");
    }
    // Of the sides s and the unit vector u along the first of them, s_x = m_x · u and s_y = n · u are best, n
    // being m_y turned back by 90°; and u the eigenvector of the sum of their squares, weighed by the
    // spreads.
    const Point x{m[0][0], m[1][0]};
    const Point n{m[1][1], -m[0][1]};
    const double of_x = std::max(spread(size.width), spread(2));
    const double of_y = std::max(spread(size.height), spread(2));
    const double difference = of_x * (x.x * x.x - x.y * x.y) + of_y * (n.x * n.x - n.y * n.y);
    const double mixed = 2 * (of_x * x.x * x.y + of_y * n.x * n.y);
    double radians = std::atan2(mixed, difference) / 2;
    if (x.x * std::cos(radians) + x.y * std::sin(radians) < 0) radians += std::numbers::pi;
    double angle = std::remainder(radians * 180 / std::numbers::pi, 360.0);
    constexpr double rounding_of_angle = 1e-12;  // of a quarter turn, which is exact as a whole number
    if (const double quarter = 90 * std::nearbyint(angle / 90); std::abs(angle - quarter) < rounding_of_angle)
        angle = quarter;
    const double c = std::cos(radians);
    const double s = std::sin(radians);
    const double width = (x.x * c + x.y * s) * size.width;
    const double height = (n.x * c + n.y * s) * size.height;
    if (!(width > 0) || !(height > 0)) throw Error("it is sheared so far that no box lies near");
    const auto [middle_x, middle_y] = affine((size.width - 1) / 2.0, (size.height - 1) / 2.0);
    return {.box = {edge_from_centre(middle_x) - width / 2, edge_from_centre(middle_y) - height / 2, width,
                    height},
            .angle = angle};
}

namespace {

Distance distance_of_affine(const Affine& one, const Affine& other, Size size) {
    Affine d;
    for (std::size_t k = 0; k < 2; ++k) {
        for (std::size_t n = 0; n < 3; ++n) d.m[k][n] = one.m[k][n] - other.m[k][n];
    }
    const Point middle = d((size.width - 1) / 2.0, (size.height - 1) / 2.0);
    double square = middle.x * middle.x + middle.y * middle.y;
    for (const auto& row : d.m)
        square += row[0] * row[0] * spread(size.width) + row[1] * row[1] * spread(size.height);
    Distance distance{.rms = std::sqrt(square)};
    for (const int j : {0, size.width - 1}) {
        for (const int i : {0, size.height - 1}) {
            const auto [dx, dy] = d(j, i);
            const auto [x, y] = one(j, i);
            distance.greatest = std::max(distance.greatest, std::hypot(dx, dy));
            distance.farthest = std::max({distance.farthest, std::abs(x), std::abs(y)});
        }
    }
    return distance;
}

}  // namespace

Distance distance(const SamplingPoints& one, const SamplingPoints& other, Size size) {
    if (one.affine() && other.affine()) return distance_of_affine(*one.affine(), *other.affine(), size);
    Distance distance;
    double squares = 0;
    std::int64_t count = 0;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const Point a = one.at(j, i);
            const Point b = other.at(j, i);
            const bool is_placed = std::isfinite(a.x);
            if (is_placed != std::isfinite(b.x)) ++distance.unplaced;
            if (!is_placed || !std::isfinite(b.x)) continue;
            const double length = std::hypot(a.x - b.x, a.y - b.y);
            distance.greatest = std::max(distance.greatest, length);
            distance.farthest = std::max({distance.farthest, std::abs(a.x), std::abs(a.y)});
            squares += length * length;
            ++count;
        }
    }
    if (count > 0) distance.rms = std::sqrt(squares / static_cast<double>(count));
    return distance;
}

}  // namespace glimpse::conversion
