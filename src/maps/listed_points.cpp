#include "maps/listed_points.hpp"

#include <utility>

namespace glimpse {

PointLister::PointLister(Size glimpse) : row_(static_cast<std::size_t>(glimpse.width)) {
    points_.reserve(static_cast<std::size_t>(glimpse.area()));
}

void PointLister::finish_row() {
    extent_.add(row_);
    points_.insert(points_.end(), row_.begin(), row_.end());
}

SamplingPoints PointLister::points(std::vector<Point> border) && {
    return {std::move(points_), static_cast<int>(row_.size()), std::move(border), extent_.extent()};
}

}  // namespace glimpse
