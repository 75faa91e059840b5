#include "maps/listed_inverse.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace glimpse {

namespace {

/// A corner of a cell: a place of the glimpse, and where it lies in the image; centre coordinates.
struct Vertex {
    Point place;
    Point at;
};

/// Row `row` of the (w+2)×(h+2) vertices: the glimpse's pixels, and around them its edge.
std::vector<Vertex> vertices(const SamplingPoints& points, Size glimpse, int row) {
    const auto half = [](int k, int count) { return k == 0 ? -0.5 : k == count + 1 ? 0.5 : 0.0; };
    const int i = std::clamp(row - 1, 0, glimpse.height - 1);
    const double down = half(row, glimpse.height);
    std::vector<Vertex> all;
    for (int column = 0; column < glimpse.width + 2; ++column) {
        const int j = std::clamp(column - 1, 0, glimpse.width - 1);
        const double across = half(column, glimpse.width);
        Point at = points.at(j, i);
        if (across != 0 || down != 0) {
            const auto d = points.jacobian(j, i);
            at = {at.x + across * d[0][0] + down * d[0][1], at.y + across * d[1][0] + down * d[1][1]};
        }
        all.push_back({{j + across, i + down}, at});
    }
    return all;
}

/// A linear function of x, of which the values from 0 on are wanted: it cuts an interval.
struct Cut {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();

    void keep(double at_0, double slope) {
        if (slope > 0) least = std::max(least, -at_0 / slope);
        if (slope < 0) most = std::min(most, -at_0 / slope);
        if (slope == 0 && at_0 < 0) most = -std::numeric_limits<double>::infinity();
    }
};

/// The map back of a triangle: barycentric coordinates of a point of the image.
class Triangle {
  public:
    Triangle(const Vertex& a, const Vertex& b, const Vertex& c) : a_(a), b_(b), c_(c) {
        ab_ = {b.at.x - a.at.x, b.at.y - a.at.y};
        ac_ = {c.at.x - a.at.x, c.at.y - a.at.y};
        twice_area_ = ab_.x * ac_.y - ab_.y * ac_.x;
    }

    /// Writes the places of the pixels that it covers.
    void fill(const Rectangle& pixels, std::vector<Point>& places) const {
        if (twice_area_ == 0 || !std::isfinite(twice_area_)) return;
        const auto [top, bottom] = std::minmax({a_.at.y, b_.at.y, c_.at.y});
        const int first = whole_between(std::ceil(top), pixels.y, pixels.bottom());
        const int end = whole_between(std::floor(bottom) + 1, pixels.y, pixels.bottom());
        for (int y = first; y < end; ++y) fill_row(y, pixels, places);
    }

  private:
    /// Neighbours share a side: by this much of their height each reaches over it, so that rounding leaves no
    /// pixel between them.
    static constexpr double reach = 1e-9;

    static int whole_between(double number, int least, int most) {
        return static_cast<int>(std::clamp<double>(number, least, most));
    }

    void fill_row(int y, const Rectangle& pixels, std::vector<Point>& places) const {
        // The shares of b and c at x = 0, and how they grow with x.
        const double dy = y - a_.at.y;
        const double b_0 = (-a_.at.x * ac_.y - dy * ac_.x) / twice_area_;
        const double c_0 = (ab_.x * dy + ab_.y * a_.at.x) / twice_area_;
        const double b_x = ac_.y / twice_area_;
        const double c_x = -ab_.y / twice_area_;
        Cut cut;
        cut.keep(b_0 + reach, b_x);
        cut.keep(c_0 + reach, c_x);
        cut.keep(1 - b_0 - c_0 + reach, -b_x - c_x);
        const int first = whole_between(std::ceil(cut.least), pixels.x, pixels.right());
        const int end = whole_between(std::floor(cut.most) + 1, pixels.x, pixels.right());
        Point* const row = places.data() + std::ptrdiff_t{y - pixels.y} * pixels.width;
        for (int x = first; x < end; ++x) {
            const double b = b_0 + b_x * x;
            const double c = c_0 + c_x * x;
            const auto mix = [&](double at_a, double at_b, double at_c) {
                return at_a + b * (at_b - at_a) + c * (at_c - at_a);
            };
            row[x - pixels.x] = {mix(a_.place.x, b_.place.x, c_.place.x),
                                 mix(a_.place.y, b_.place.y, c_.place.y)};
        }
    }

    Vertex a_;
    Vertex b_;
    Vertex c_;
    Point ab_;
    Point ac_;
    double twice_area_;
};

}  // namespace

std::vector<Point> listed_inverse(const SamplingPoints& points, Size glimpse, const Rectangle& pixels) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    std::vector<Point> places(static_cast<std::size_t>(pixels.area()), Point{none, none});
    std::vector<Vertex> above = vertices(points, glimpse, 0);
    for (int row = 1; row < glimpse.height + 2; ++row) {
        std::vector<Vertex> below = vertices(points, glimpse, row);
        for (std::size_t k = 0; k + 1 < below.size(); ++k) {
            Triangle(above[k], above[k + 1], below[k + 1]).fill(pixels, places);
            Triangle(above[k], below[k + 1], below[k]).fill(pixels, places);
        }
        above = std::move(below);
    }
    return places;
}

}  // namespace glimpse
