#include "maps/listed_inverse.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "system/interruption.hpp"

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

/// Whole numbers from 0 on, of which the open ones are found from any other: each closed one points beyond
/// itself, and paths are halved when they are followed (Tarjan and van Leeuwen 1984).
class OpenNumbers {
  public:
    explicit OpenNumbers(int count) : next_(static_cast<std::size_t>(count) + 1) {
        std::iota(next_.begin(), next_.end(), 0);
    }

    /// The first open one from `number` on, or the count.
    int from(int number) {
        while (next_[std::size_t(number)] != number) {
            int& next = next_[std::size_t(number)];
            next = next_[std::size_t(next)];
            number = next;
        }
        return number;
    }
    void close(int number) { next_[std::size_t(number)] = number + 1; }

  private:
    std::vector<int> next_;
};

/// The places of the pixels of a rectangle, each of which is set once.
class Places {
  public:
    explicit Places(const Rectangle& pixels)
        : pixels_(pixels),
          places_(static_cast<std::size_t>(pixels.area()), Point{none, none}),
          rows_(pixels.height),
          columns_(static_cast<std::size_t>(pixels.height), OpenNumbers(pixels.width)),
          left_(static_cast<std::size_t>(pixels.height), pixels.width) {}

    [[nodiscard]] const Rectangle& pixels() const { return pixels_; }
    /// Whether any pixel has no place yet.
    [[nodiscard]] bool has_open() { return rows_.from(0) < pixels_.height; }
    /// The first row from y on that has such pixels, or the one below the last.
    [[nodiscard]] int open_row(int y) {
        return pixels_.y + rows_.from(std::min(y, pixels_.bottom()) - pixels_.y);
    }
    /// The first such pixel of row y from x on, or the one beyond the last.
    [[nodiscard]] int open_column(int y, int x) { return pixels_.x + row(y).from(x - pixels_.x); }
    void set(int x, int y, const Point& place) {
        const auto at = std::int64_t{y - pixels_.y} * pixels_.width + (x - pixels_.x);
        places_[static_cast<std::size_t>(at)] = place;
        row(y).close(x - pixels_.x);
        if (--left_[static_cast<std::size_t>(y - pixels_.y)] == 0) rows_.close(y - pixels_.y);
    }
    [[nodiscard]] std::vector<Point> taken() { return std::move(places_); }

  private:
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();

    OpenNumbers& row(int y) { return columns_[static_cast<std::size_t>(y - pixels_.y)]; }

    Rectangle pixels_;
    std::vector<Point> places_;
    OpenNumbers rows_;
    std::vector<OpenNumbers> columns_;  ///< of each row
    std::vector<int> left_;             ///< open ones of each row
};

/// The map back of a triangle: barycentric coordinates of a point of the image.
class Triangle {
  public:
    Triangle(const Vertex& a, const Vertex& b, const Vertex& c) : a_(a), b_(b), c_(c) {
        ab_ = {b.at.x - a.at.x, b.at.y - a.at.y};
        ac_ = {c.at.x - a.at.x, c.at.y - a.at.y};
        twice_area_ = ab_.x * ac_.y - ab_.y * ac_.x;
    }

    /// Writes the places of the pixels that it covers and that have none yet.
    void fill(Places& places) const {
        if (twice_area_ == 0 || !std::isfinite(twice_area_)) return;
        const Rectangle& pixels = places.pixels();
        const auto [top, bottom] = std::minmax({a_.at.y, b_.at.y, c_.at.y});
        const int end = whole_between(std::floor(bottom) + 1, pixels.y, pixels.bottom());
        int y = places.open_row(whole_between(std::ceil(top), pixels.y, pixels.bottom()));
        for (; y < end; y = places.open_row(y + 1)) fill_row(y, places);
    }

  private:
    /// Neighbours share a side: by this much of their height each reaches over it, so that rounding leaves no
    /// pixel between them.
    static constexpr double reach = 1e-9;

    static int whole_between(double number, int least, int most) {
        return static_cast<int>(std::clamp<double>(number, least, most));
    }

    void fill_row(int y, Places& places) const {
        const Rectangle& pixels = places.pixels();
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
        for (int x = places.open_column(y, first); x < end; x = places.open_column(y, x + 1)) {
            const double b = b_0 + b_x * x;
            const double c = c_0 + c_x * x;
            const auto mix = [&](double at_a, double at_b, double at_c) {
                return at_a + b * (at_b - at_a) + c * (at_c - at_a);
            };
            places.set(x, y,
                       {mix(a_.place.x, b_.place.x, c_.place.x), mix(a_.place.y, b_.place.y, c_.place.y)});
        }
    }

    Vertex a_;
    Vertex b_;
    Vertex c_;
    Point ab_;
    Point ac_;
    double twice_area_;
};

/// Of a row of cells, from the last to the first.
void fill_cells(const std::vector<Vertex>& above, const std::vector<Vertex>& below, Places& places) {
    constexpr std::size_t between_questions = 256;  // each of them may cross the whole canvas
    for (std::size_t k = below.size() - 1; k-- > 0;) {
        if (k % between_questions == 0) require_uninterrupted();
        Triangle(above[k], below[k + 1], below[k]).fill(places);
        Triangle(above[k], above[k + 1], below[k + 1]).fill(places);
    }
}

}  // namespace

std::vector<Point> listed_inverse(const SamplingPoints& points, Size glimpse, const Rectangle& pixels) {
    Places places(pixels);
    std::vector<Vertex> below = vertices(points, glimpse, glimpse.height + 1);
    for (int row = glimpse.height; row >= 0 && places.has_open(); --row) {
        std::vector<Vertex> above = vertices(points, glimpse, row);
        fill_cells(above, below, places);
        below = std::move(above);
    }
    return places.taken();
}

}  // namespace glimpse
