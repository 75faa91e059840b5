#include "glimpse/point_field.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"
#include "maps/point_extent.hpp"

namespace glimpse {

void PointField::list(std::span<Point> all) const {
    for_each_row([&](std::span<const Point> row) {
        std::ranges::copy(row, all.begin());
        all = all.subspan(row.size());
    });
}

std::vector<Point> PointField::points() const {
    std::vector<Point> all(static_cast<std::size_t>(size().area()));
    list(all);
    return all;
}

std::optional<Extent> extent(const PointField& field) {
    ExtentOfRows all;
    field.for_each_row([&](std::span<const Point> row) { all.add(row); });
    return all.extent();
}

}  // namespace glimpse
