#include "glimpse/point_field.hpp"

#include "kernels/kernels.hpp"
#include "maps/point_extent.hpp"

namespace glimpse {

std::vector<Point> PointField::points() const {
    std::vector<Point> all;
    all.reserve(static_cast<std::size_t>(size().area()));
    for_each_row([&](std::span<const Point> row) { all.insert(all.end(), row.begin(), row.end()); });
    return all;
}

std::optional<Extent> extent(const PointField& field) {
    ExtentOfRows all;
    field.for_each_row([&](std::span<const Point> row) { all.add(row); });
    return all.extent();
}

}  // namespace glimpse
