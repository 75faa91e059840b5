#include "maps/polygon_areas.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/banded_matrix.hpp"

namespace glimpse {

namespace {

double signed_area(std::span<const Point> polygon) {
    const Point& first = polygon.front();
    double twice = 0;
    for (std::size_t k = 1; k + 1 < polygon.size(); ++k) {
        const Point& a = polygon[k];
        const Point& b = polygon[k + 1];
        twice += (a.x - first.x) * (b.y - first.y) - (b.x - first.x) * (a.y - first.y);
    }
    return twice / 2;
}

/// The pixels that an interval touches, within 0 … size.
Interval touched(double low, double high, int size) {
    return {static_cast<int>(std::clamp(std::floor(low), 0.0, double(size))),
            static_cast<int>(std::clamp(std::ceil(high), 0.0, double(size)))};
}

/// In rows of pixels, the area on the right of a polygon's edges, with the sign of their direction: together
/// that of the polygon. Kept as differences along each row.
class AreasOnTheRight {
  public:
    AreasOnTheRight(int first_row, Interval columns, int rows)
        : first_row_(first_row),
          columns_(columns),
          rows_(rows),
          differences_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns.length())) {}

    void add_edge(Point a, Point b) {
        const double sign = a.y < b.y ? 1 : -1;
        if (a.y > b.y) std::swap(a, b);
        const auto x_at = [&](double y) { return a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)); };
        const Interval rows = touched(a.y - first_row_, b.y - first_row_, rows_);
        for (int row = rows.begin; row < rows.end; ++row) {
            const double top = std::max(a.y, double(first_row_ + row));
            const double bottom = std::min(b.y, double(first_row_ + row + 1));
            if (!(top < bottom)) continue;
            const auto [low, high] = std::minmax({x_at(top), x_at(bottom)});
            add(row, low - columns_.begin, high - columns_.begin, sign * (bottom - top));
        }
    }

    /// Calls visit(y, x, area) for each pixel.
    template <typename Visit>
    void for_each(const Visit& visit) const {
        auto difference = differences_.begin();
        for (int row = 0; row < rows_; ++row) {
            double area = 0;
            for (int x = columns_.begin; x < columns_.end; ++x) {
                area += *difference++;
                visit(first_row_ + row, x, area);
            }
        }
    }

  private:
    /// A piece of an edge from x = low to high within a row, of that height.
    void add(int row, double low, double high, double height) {
        // ∫ of the share of the piece on the left of x, from -∞ to x.
        const auto integral = [&](double x) {
            if (x <= low) return 0.0;
            if (x >= high) return x - (low + high) / 2;
            return (x - low) * (x - low) / (2 * (high - low));
        };
        const int count = columns_.length();
        const int first = static_cast<int>(std::clamp(std::floor(low), 0.0, double(count)));
        const int last = static_cast<int>(std::clamp(std::ceil(high), 0.0, count - 1.0));
        double* const differences =
            &differences_[static_cast<std::size_t>(row) * static_cast<std::size_t>(count)];
        double before = 0;
        for (int k = first; k <= last; ++k) {
            const double share = integral(k + 1) - integral(k);
            differences[k] += height * (share - before);
            before = share;
        }
    }

    int first_row_;
    Interval columns_;
    int rows_;
    std::vector<double> differences_;
};

}  // namespace

bool spread_over(std::span<const Point> polygon, double sum, cv::Mat& sums) {
    const double area = signed_area(polygon);
    if (!(std::abs(area) >= least_area)) return false;
    const auto [left, top, right, bottom] = extent(polygon);
    const Interval columns = touched(left, right, sums.cols);
    const Interval rows = touched(top, bottom, sums.rows);
    if (columns.empty() || rows.empty()) return true;
    AreasOnTheRight areas(rows.begin, columns, rows.length());
    for (std::size_t k = 0; k < polygon.size(); ++k)
        areas.add_edge(polygon[k], polygon[(k + 1) % polygon.size()]);
    // Edges that run down have the polygon on their left where its area has this sign.
    areas.for_each(
        [&](int y, int x, double on_the_right) { sums.at<double>(y, x) -= sum * on_the_right / area; });
    return true;
}

}  // namespace glimpse
