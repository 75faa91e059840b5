#include "mechanisms/field_warps.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "maps/border_places.hpp"
#include "maps/listed_points.hpp"
#include "mechanisms/normalised.hpp"

namespace glimpse {

namespace {

/// The two cells around a position, and the share of the second.
struct Between {
    std::size_t first;
    std::size_t second;
    double share;
};

/// `position` in cells, centre coordinates.
Between cells_around(double position, int count) {
    const double inside = std::clamp(position, 0.0, count - 1.0);
    const auto first = static_cast<std::size_t>(inside);
    const std::size_t last = static_cast<std::size_t>(count) - 1;
    return {first, std::min(first + 1, last), inside - static_cast<double>(first)};
}

Point mixed(const Point& a, const Point& b, double share) {
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

/// A field that is interpolated at any place of a glimpse.
class Displacement {
  public:
    Displacement(const PointField& field, Size glimpse)
        : field_(field.points()), cells_(field.size()), glimpse_(glimpse) {}

    /// The cells around places of the glimpse, edge coordinates.
    [[nodiscard]] Between columns_at(double x) const {
        return cells_around(centre_from_edge(x * cells_.width / glimpse_.width), cells_.width);
    }
    [[nodiscard]] Between rows_at(double y) const {
        return cells_around(centre_from_edge(y * cells_.height / glimpse_.height), cells_.height);
    }
    [[nodiscard]] Point between(const Between& columns, const Between& rows) const {
        return mixed(across(rows.first, columns), across(rows.second, columns), rows.share);
    }

  private:
    [[nodiscard]] Point across(std::size_t row, const Between& x) const {
        const Point* const cells = field_.data() + row * static_cast<std::size_t>(cells_.width);
        return mixed(cells[x.first], cells[x.second], x.share);
    }

    std::vector<Point> field_;
    Size cells_;
    Size glimpse_;
};

/// Where a place of the glimpse, edge coordinates, lies in the image before it is displaced.
Point undisplaced(const Point& place, Size image, Size glimpse) {
    return {place.x * (double(image.width) / glimpse.width),
            place.y * (double(image.height) / glimpse.height)};
}

/// Lists row i, by(j) being the displacement of its pixel j.
template <typename By>
void list_displaced(PointLister& lister, Size image, Size glimpse, int i, By&& by) {
    const double across = undisplaced({1, 0}, image, glimpse).x;
    const double down = undisplaced({0, edge_from_centre(i)}, image, glimpse).y;
    int j = 0;
    for (Point& point : lister.row()) {
        const Point displacement = by(j);
        point = {centre_from_edge(edge_from_centre(j) * across + displacement.x),
                 centre_from_edge(down + displacement.y)};
        ++j;
    }
    lister.finish_row();
}

/// Of a field of the glimpse's own size: beyond the centres of its outer cells it is constant.
SamplingPoints displaced_by_own(const PointField& field, Size image) {
    const Size glimpse = field.size();
    PointLister lister(glimpse);
    int row = 0;
    field.for_each_row([&](std::span<const Point> by) {
        list_displaced(lister, image, glimpse, row++, [&](int j) { return by[std::size_t(j)]; });
    });
    std::vector<Point> border;
    for_each_border_place(glimpse, [&](int j, int i, int across, int down) {
        const auto [x, y] = lister.at(j, i);
        const Point further = undisplaced({across / 2.0, down / 2.0}, image, glimpse);
        border.push_back({edge_from_centre(x) + further.x, edge_from_centre(y) + further.y});
    });
    return std::move(lister).points(std::move(border));
}

SamplingPoints displaced_by_other(const PointField& field, Size image, Size glimpse) {
    const Displacement displacement(field, glimpse);
    std::vector<Between> columns;
    columns.reserve(static_cast<std::size_t>(glimpse.width));
    for (int j = 0; j < glimpse.width; ++j) columns.push_back(displacement.columns_at(edge_from_centre(j)));
    PointLister lister(glimpse);
    for (int i = 0; i < glimpse.height; ++i) {
        const Between rows = displacement.rows_at(edge_from_centre(i));
        list_displaced(lister, image, glimpse, i,
                       [&](int j) { return displacement.between(columns[std::size_t(j)], rows); });
    }
    std::vector<Point> border;
    for_each_border_place(glimpse, [&](int j, int i, int across, int down) {
        const Point place{edge_from_centre(j) + across / 2.0, edge_from_centre(i) + down / 2.0};
        const Point by =
            displacement.between(displacement.columns_at(place.x), displacement.rows_at(place.y));
        const auto [x, y] = undisplaced(place, image, glimpse);
        border.push_back({x + by.x, y + by.y});
    });
    return std::move(lister).points(std::move(border));
}

}  // namespace

SamplingPoints grid_points(const GridWarp& grid, Size image, bool align_corners) {
    const ToPixels x = to_pixels(image.width, align_corners);
    const ToPixels y = to_pixels(image.height, align_corners);
    PointLister lister(grid.field->size());
    grid.field->for_each_row([&](std::span<const Point> row) {
        const auto carry = [&](const Point& p) { return grid.in_pixels ? p : Point{x(p.x), y(p.y)}; };
        std::ranges::transform(row, lister.row().begin(), carry);
        lister.finish_row();
    });
    return std::move(lister).points();
}

SamplingPoints flow_points(const FlowWarp& flow, Size image, Size glimpse) {
    return flow.field->size() == glimpse ? displaced_by_own(*flow.field, image)
                                         : displaced_by_other(*flow.field, image, glimpse);
}

}  // namespace glimpse
