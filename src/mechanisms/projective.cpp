#include "mechanisms/projective.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "maps/listed_points.hpp"
#include "maps/projective.hpp"

namespace glimpse {

namespace {

/// The part of a polygon in front of the viewer (Sutherland and Hodgman 1974).
std::vector<Homogeneous> before_horizon(const std::vector<Homogeneous>& corners, double nearest) {
    std::vector<Homogeneous> kept;
    for (std::size_t k = 0; k < corners.size(); ++k) {
        const Homogeneous& a = corners[k];
        const Homogeneous& b = corners[(k + 1) % corners.size()];
        if (a.d >= nearest) kept.push_back(a);
        if ((a.d >= nearest) == (b.d >= nearest)) continue;
        const double t = (nearest - a.d) / (b.d - a.d);
        kept.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), nearest});
    }
    return kept;
}

std::vector<Point> border(const Homography& matrix, Size glimpse) {
    const double right = centre_from_edge(glimpse.width);
    const double bottom = centre_from_edge(glimpse.height);
    const double first = centre_from_edge(0);
    const std::vector<Homogeneous> corners{projected(matrix, first, first), projected(matrix, right, first),
                                           projected(matrix, right, bottom),
                                           projected(matrix, first, bottom)};
    // Nearer to the horizon a pixel of the glimpse is more than so many times as long as at its nearest
    // point.
    constexpr double longest = 1000;
    const double farthest = std::ranges::max(corners, {}, &Homogeneous::d).d;
    std::vector<Point> polygon;
    for (const Homogeneous& corner : before_horizon(corners, farthest / longest)) {
        const auto [x, y] = seen(corner);
        polygon.push_back({edge_from_centre(x), edge_from_centre(y)});
    }
    return polygon;
}

class ProjectiveInverse final : public InverseWarp {
  public:
    explicit ProjectiveInverse(const Homography& m)
        : matrix_(m[0][0], m[0][1], m[0][2], m[1][0], m[1][1], m[1][2], m[2][0], m[2][1], m[2][2]) {}

    [[nodiscard]] std::vector<Point> points(const Rectangle& pixels) const override {
        if (cv::determinant(matrix_) == 0) throw Error(no_way_back);
        // d there is the inverse of d here: what the glimpse sees is in front, both ways.
        const cv::Matx33d inverse = matrix_.inv();
        Homography back;
        for (int k = 0; k < 9; ++k) back[std::size_t(k / 3)][std::size_t(k % 3)] = inverse.val[k];
        return seen_pixels(back, pixels);
    }

  private:
    cv::Matx33d matrix_;
};

}  // namespace

std::shared_ptr<const InverseWarp> projective_inverse(const Homography& matrix) {
    return std::make_shared<const ProjectiveInverse>(matrix);
}

Homography facing_forwards(Homography matrix, Size glimpse) {
    const double d = projected(matrix, (glimpse.width - 1) / 2.0, (glimpse.height - 1) / 2.0).d;
    if (d == 0 || !std::isfinite(d)) {
        throw InvalidParameter(
            "/projective",
            "its last row makes a denominator of 0, or none that is finite, at the glimpse's "
            "centre, which then has no place in the image");
    }
    if (d < 0) {
        for (auto& row : matrix) {
            for (double& number : row) number = -number;
        }
    }
    return matrix;
}

SamplingPoints projective_points(const Homography& m, Size glimpse) {
    if (m[2][0] == 0 && m[2][1] == 0) {
        Affine affine;
        for (std::size_t k = 0; k < 2; ++k) {
            for (std::size_t n = 0; n < 3; ++n) affine.m[k][n] = m[k][n] / m[2][2];
        }
        return affine;
    }
    PointLister lister(glimpse);
    for (int i = 0; i < glimpse.height; ++i) {
        list_seen(m, 0, i, lister.row());
        lister.finish_row();
    }
    return std::move(lister).points(border(m, glimpse));
}

Homography homography_to(const std::array<Point, 4>& c, Size glimpse) {
    // From the unit square, u along the top side and v along the left one.
    // Opposite sides are subtracted first, so that those of a parallelogram leave nothing but 0.
    const Point sum{(c[0].x - c[1].x) + (c[2].x - c[3].x), (c[0].y - c[1].y) + (c[2].y - c[3].y)};
    double g = 0;
    double h = 0;
    if (sum.x != 0 || sum.y != 0) {
        const Point one{c[1].x - c[2].x, c[1].y - c[2].y};
        const Point two{c[3].x - c[2].x, c[3].y - c[2].y};
        const double determinant = one.x * two.y - two.x * one.y;
        g = (sum.x * two.y - two.x * sum.y) / determinant;
        h = (one.x * sum.y - sum.x * one.y) / determinant;
    }
    const auto row = [&](double first, double second, double fourth) {
        return std::array<double, 3>{second - first + g * second, fourth - first + h * fourth, first};
    };
    Homography matrix{row(c[0].x, c[1].x, c[3].x), row(c[0].y, c[1].y, c[3].y), {g, h, 1}};
    for (auto& m : matrix) {  // u = (j + ½) / w, v = (i + ½) / h
        m[0] /= glimpse.width;
        m[1] /= glimpse.height;
        m[2] += (m[0] + m[1]) / 2;
    }
    for (std::size_t n = 0; n < 3; ++n) {  // to centre coordinates
        matrix[0][n] -= matrix[2][n] / 2;
        matrix[1][n] -= matrix[2][n] / 2;
    }
    return matrix;
}

}  // namespace glimpse
