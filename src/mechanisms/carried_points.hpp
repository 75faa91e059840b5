#pragma once

#include <cstddef>
#include <vector>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// Where `carry` takes the centres of a glimpse's pixels, row by row, in centre coordinates of the image. It
/// takes a point of the glimpse to one of the image, both in edge coordinates.
template <typename Carry>
std::vector<Point> carried_points(Size glimpse, const Carry& carry) {
    std::vector<Point> points;
    points.reserve(static_cast<std::size_t>(glimpse.area()));
    for (int i = 0; i < glimpse.height; ++i) {
        for (int j = 0; j < glimpse.width; ++j) {
            const auto [x, y] = carry(Point{edge_from_centre(j), edge_from_centre(i)});
            points.push_back({centre_from_edge(x), centre_from_edge(y)});
        }
    }
    return points;
}

}  // namespace glimpse
