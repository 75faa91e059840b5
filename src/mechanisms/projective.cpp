#include "mechanisms/projective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "maps/point_extent.hpp"
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

class ProjectiveField final : public SamplingField {
  public:
    ProjectiveField(const Homography& matrix, Size glimpse) : matrix_(matrix), size_(glimpse) {}

    [[nodiscard]] Size size() const override { return size_; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        std::vector<Point> row(static_cast<std::size_t>(size_.width));
        for (int i = 0; i < size_.height; ++i) {
            list_seen(matrix_, 0, i, row);
            visit(row);
        }
    }
    [[nodiscard]] std::optional<Extent> extent() const override {
        const std::optional<Extent> all = extent_of_border();
        return all ? all : SamplingField::extent();
    }
    [[nodiscard]] bool has_border() const override { return true; }
    [[nodiscard]] std::vector<Point> border() const override { return glimpse::border(matrix_, size_); }

  private:
    [[nodiscard]] Point at(int j, int i) const { return seen(projected(matrix_, j, i)); }
    [[nodiscard]] std::optional<Extent> extent_of_border() const;
    [[nodiscard]] double rounding(const Extent& reached, double nearest) const;

    Homography matrix_;
    Size size_;
};

/// That of the outermost pixels, and so of all: without rounding all others lie within the quadrilateral of
/// the second outermost. None where rounding may take these further, or some lie behind the viewer.
std::optional<Extent> ProjectiveField::extent_of_border() const {
    const int right = size_.width - 1;
    const int bottom = size_.height - 1;
    if (right < 2 || bottom < 2) return std::nullopt;
    double nearest = std::numeric_limits<double>::infinity();
    for (const int j : {0, right}) {
        for (const int i : {0, bottom}) nearest = std::min(nearest, projected(matrix_, j, i).d);
    }
    if (!(nearest > 0)) return std::nullopt;
    ExtentOfRows outermost;
    std::vector<Point> pixels(static_cast<std::size_t>(size_.width));
    for (const int i : {0, bottom}) {
        list_seen(matrix_, 0, i, pixels);
        outermost.add(pixels);
    }
    pixels.clear();
    for (const int j : {0, right}) {
        for (int i = 0; i < size_.height; ++i) pixels.push_back(at(j, i));
    }
    outermost.add(pixels);
    const std::optional<Extent> all = outermost.extent();
    if (!all) return std::nullopt;
    const Extent within =
        glimpse::extent(std::array{at(1, 1), at(right - 1, 1), at(right - 1, bottom - 1), at(1, bottom - 1)});
    const double error = rounding(*all, nearest);
    const Extent at_most{within.left - error, within.top - error, within.right + error,
                         within.bottom + error};
    return lies_within(at_most, *all) ? all : std::nullopt;
}

/// A bound of how far the computed points of two pixels are from where they should be, together. Three
/// roundings of x and of d, whose terms are at most as large as their sums are here, and one of x/d make 4
/// for each.
double ProjectiveField::rounding(const Extent& reached, double nearest) const {
    constexpr double roundings = 8 * std::numeric_limits<double>::epsilon();  // twice as many
    const auto terms = [&](const std::array<double, 3>& m) {
        return std::abs(m[0]) * size_.width + std::abs(m[1]) * size_.height + std::abs(m[2]);
    };
    const double farthest = std::max({-reached.left, -reached.top, reached.right, reached.bottom});
    const double of_position = std::max(terms(matrix_[0]), terms(matrix_[1]));
    return roundings * (of_position + farthest * terms(matrix_[2])) / nearest;
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
    return SamplingPoints(std::make_shared<const ProjectiveField>(m, glimpse));
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
