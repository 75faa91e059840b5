#include "maps/listed_points.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "kernels/kernels.hpp"

namespace glimpse {

PointLister::PointLister(Size glimpse)
    : row_(static_cast<std::size_t>(glimpse.width)),
      extent_{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
              -std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()} {
    points_.reserve(static_cast<std::size_t>(glimpse.area()));
}

void PointLister::finish_row() {
    static_assert(sizeof(Point) == 2 * sizeof(double), "points are x and y by turns");
    const PointExtent of_row = kernels().extent(&row_.front().x, row_.size());
    has_nan_ = has_nan_ || of_row.has_nan;
    extent_ = {std::min(extent_.left, of_row.low_x), std::min(extent_.top, of_row.low_y),
               std::max(extent_.right, of_row.high_x), std::max(extent_.bottom, of_row.high_y)};
    points_.insert(points_.end(), row_.begin(), row_.end());
}

SamplingPoints PointLister::points(std::vector<Point> border) && {
    const std::optional<Extent> known = has_nan_ ? std::nullopt : std::optional(extent_);
    return {std::move(points_), static_cast<int>(row_.size()), std::move(border), known};
}

}  // namespace glimpse
