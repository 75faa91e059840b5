#include "glimpse/sampling_points.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels/kernels.hpp"
#include "maps/border_places.hpp"

namespace glimpse {

namespace {

/// The point half a pixel from (j, i) towards its neighbour, `across` and `down` being -1, 0 or 1; edge
/// coordinates.
Point beyond(const SamplingPoints& points, int j, int i, int across, int down) {
    const auto [x, y] = points.at(j, i);
    const auto d = points.jacobian(j, i);
    return {edge_from_centre(x + (across * d[0][0] + down * d[0][1]) / 2),
            edge_from_centre(y + (across * d[1][0] + down * d[1][1]) / 2)};
}

/// The derivative of at(k), 0 ≤ k < count, by differences.
template <typename At>
Point difference(int k, int count, const Point& of_single, At&& at) {
    if (count == 1) return of_single;
    const int before = std::max(k - 1, 0);
    const int after = std::min(k + 1, count - 1);
    const Point a = at(before);
    const Point b = at(after);
    return {(b.x - a.x) / (after - before), (b.y - a.y) / (after - before)};
}

}  // namespace

SamplingPoints::SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border,
                               const std::optional<Extent>& extent)
    : points_(List{std::move(points), width, std::move(border), extent}) {
    const std::size_t count = std::get_if<List>(&points_)->points.size();
    if (width < 1 || count == 0 || count % static_cast<std::size_t>(width) != 0) {
        throw std::invalid_argument("sampling points are listed in whole rows");
    }
}

SamplingPoints::SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border)
    : SamplingPoints(std::move(points), width, std::move(border), std::nullopt) {
    List& list = *std::get_if<List>(&points_);
    const PointExtent all = kernels().extent(&list.points.front().x, list.points.size());
    if (!all.has_nan) list.extent = {all.low_x, all.low_y, all.high_x, all.high_y};
}

std::vector<Point> SamplingPoints::border(Size size) const {
    if (const Affine* map = affine()) return border_in_image(*map, size);
    if (has_known_border()) return std::get_if<List>(&points_)->border;
    std::vector<Point> polygon;
    for_each_border_place(size, [&](int j, int i, int across, int down) {
        polygon.push_back(beyond(*this, j, i, across, down));
    });
    return polygon;
}

Extent SamplingPoints::bounds(Size size) const {
    if (const Extent* all = listed_extent()) return *all;
    if (const auto* points = listed()) return extent(*points);
    const int right = size.width - 1;
    const int bottom = size.height - 1;
    return extent(std::array{at(0, 0), at(right, 0), at(right, bottom), at(0, bottom)});
}

SamplingPoints::Jacobian SamplingPoints::jacobian(int j, int i) const {
    if (const Affine* map = affine()) {
        const auto& m = map->m;
        return {{{m[0][0], m[0][1]}, {m[1][0], m[1][1]}}};
    }
    const auto& [points, width, border, extent] = *std::get_if<List>(&points_);
    const int height = static_cast<int>(points.size()) / width;
    const Point across = difference(j, width, {1, 0}, [&](int k) { return at(k, i); });
    const Point down = difference(i, height, {0, 1}, [&](int k) { return at(j, k); });
    return {{{across.x, down.x}, {across.y, down.y}}};
}

SamplingPoints SamplingPoints::shrunk(int n) const {
    if (const Affine* map = affine()) return glimpse::shrunk(*map, n);
    List small = *std::get_if<List>(&points_);
    for (auto& [x, y] : small.points) {
        x = shrunk_centre(x, n);
        y = shrunk_centre(y, n);
    }
    for (auto& [x, y] : small.border) {  // edge coordinates
        x /= n;
        y /= n;
    }
    return {std::move(small.points), small.width, std::move(small.border)};
}

}  // namespace glimpse
