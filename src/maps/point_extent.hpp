#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "glimpse/geometry.hpp"
#include "kernels/kernels.hpp"

namespace glimpse {

/// The extent of at least one point; none where one is NaN.
inline std::optional<Extent> known_extent(std::span<const Point> points) {
    static_assert(sizeof(Point) == 2 * sizeof(double), "points are x and y by turns");
    const PointExtent all = kernels().extent(&points.front().x, points.size());
    if (all.has_nan) return std::nullopt;
    return Extent{all.low_x, all.low_y, all.high_x, all.high_y};
}

/// Whether the inner extent lies in the outer one.
constexpr bool lies_within(const Extent& inner, const Extent& outer) {
    return inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right &&
           inner.bottom <= outer.bottom;
}

/// The smallest extent around both.
inline Extent around(const Extent& a, const Extent& b) {
    return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
            std::max(a.bottom, b.bottom)};
}

/// The extent of points that come row by row, each while it is in the cache.
class ExtentOfRows {
  public:
    void add(std::span<const Point> row) {
        const std::optional<Extent> one = known_extent(row);
        has_nan_ = has_nan_ || !one;
        if (one) extent_ = around(extent_, *one);
    }
    /// Of one row at least; none where a point is NaN.
    [[nodiscard]] std::optional<Extent> extent() const {
        return has_nan_ ? std::nullopt : std::optional(extent_);
    }

  private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    Extent extent_{infinity, infinity, -infinity, -infinity};
    bool has_nan_ = false;
};

}  // namespace glimpse
