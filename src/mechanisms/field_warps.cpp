#include "mechanisms/field_warps.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"
#include "maps/border_places.hpp"
#include "maps/point_extent.hpp"
#include "mechanisms/normalised.hpp"

namespace glimpse {

namespace {

/// The points of another field, carried to pixels.
class GridField final : public SamplingField {
  public:
    GridField(const GridWarp& grid, Size image, bool align_corners)
        : grid_(grid),
          x_(to_pixels(image.width, align_corners)),
          y_(to_pixels(image.height, align_corners)) {}

    [[nodiscard]] Size size() const override { return grid_.field->size(); }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        if (grid_.in_pixels) return grid_.field->for_each_row(visit);
        std::vector<Point> scaled(static_cast<std::size_t>(size().width));
        grid_.field->for_each_row([&](std::span<const Point> row) {
            scale(row, scaled);
            visit(scaled);
        });
    }
    /// Rounded sums and products are monotone as well, so that no point lies beyond these.
    [[nodiscard]] std::optional<Extent> extent() const override {
        const std::optional<Extent> all = glimpse::extent(*grid_.field);
        if (!all || grid_.in_pixels) return all;
        std::array corners{Point{all->left, all->top}, Point{all->right, all->bottom}};
        scale(corners, corners);
        return known_extent(corners);
    }

  private:
    void scale(std::span<const Point> row, std::span<Point> to) const {
        kernels().scaled_row({&row.front().x, x_.slope, y_.slope, x_.middle, y_.middle,
                              static_cast<int>(row.size()), &to.front().x});
    }

    GridWarp grid_;
    ToPixels x_;
    ToPixels y_;
};

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

/// Those around a place of a glimpse of so many pixels, edge coordinates.
Between cells_at(double place, int pixels, int cells) {
    return cells_around(centre_from_edge(place * cells / pixels), cells);
}

Point mixed(const Point& a, const Point& b, double share) {
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

/// Where places of a glimpse lie in the image before they are displaced; edge coordinates.
class Undisplaced {
  public:
    Undisplaced(Size image, Size glimpse)
        : across_(double(image.width) / glimpse.width), down_(double(image.height) / glimpse.height) {}

    [[nodiscard]] double x(double place) const { return place * across_; }
    [[nodiscard]] double y(double place) const { return place * down_; }
    /// The columns' centres, on the glimpse's upper edge.
    [[nodiscard]] std::vector<Point> columns(int width) const {
        std::vector<Point> all;
        all.reserve(static_cast<std::size_t>(width));
        for (int j = 0; j < width; ++j) all.push_back({x(edge_from_centre(j)), 0});
        return all;
    }

  private:
    double across_;
    double down_;
};

/// Displacements of a glimpse's own pixels: beyond the centres of the outer ones they are constant.
class OwnFlow final : public SamplingField {
  public:
    OwnFlow(std::shared_ptr<const PointField> field, Size image)
        : field_(std::move(field)), undisplaced_(image, field_->size()) {}

    [[nodiscard]] Size size() const override { return field_->size(); }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        const std::vector<Point> places = undisplaced_.columns(size().width);
        std::vector<Point> displaced(places.size());
        int i = 0;
        field_->for_each_row([&](std::span<const Point> by) {
            const double y = undisplaced_.y(edge_from_centre(i++));
            kernels().displaced_row(
                {&places.front().x, y, &by.front().x, static_cast<int>(places.size()), &displaced.front().x});
            visit(displaced);
        });
    }
    [[nodiscard]] bool has_border() const override { return true; }
    [[nodiscard]] std::vector<Point> border() const override;

  private:
    std::shared_ptr<const PointField> field_;
    Undisplaced undisplaced_;
};

std::vector<Point> OwnFlow::border() const {
    const std::vector<Point> all = points();
    std::vector<Point> border;
    for_each_border_place(size(), [&](int j, int i, int across, int down) {
        const auto [x, y] = all[std::size_t(i) * static_cast<std::size_t>(size().width) + std::size_t(j)];
        border.push_back({edge_from_centre(x) + undisplaced_.x(across / 2.0),
                          edge_from_centre(y) + undisplaced_.y(down / 2.0)});
    });
    return border;
}

/// Displacements by a field of another size.
class OtherFlow final : public SamplingField {
  public:
    OtherFlow(const PointField& field, Size image, Size glimpse)
        : field_(field.points()), cells_(field.size()), size_(glimpse), undisplaced_(image, glimpse) {}

    [[nodiscard]] Size size() const override { return size_; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override;
    [[nodiscard]] bool is_costly() const override { return true; }
    [[nodiscard]] bool has_border() const override { return true; }
    [[nodiscard]] std::vector<Point> border() const override;

  private:
    [[nodiscard]] Between columns_at(double x) const { return cells_at(x, size_.width, cells_.width); }
    [[nodiscard]] Between rows_at(double y) const { return cells_at(y, size_.height, cells_.height); }
    [[nodiscard]] Point between(const Between& columns, const Between& rows) const {
        return mixed(across(rows.first, columns), across(rows.second, columns), rows.share);
    }
    [[nodiscard]] Point across(std::size_t row, const Between& x) const {
        const Point* const cells = field_.data() + row * static_cast<std::size_t>(cells_.width);
        return mixed(cells[x.first], cells[x.second], x.share);
    }

    std::vector<Point> field_;
    Size cells_;
    Size size_;
    Undisplaced undisplaced_;
};

void OtherFlow::for_each_row(const std::function<void(std::span<const Point>)>& visit) const {
    const std::vector<Point> places = undisplaced_.columns(size_.width);
    std::vector<Between> cells;
    cells.reserve(places.size());
    for (int j = 0; j < size_.width; ++j) cells.push_back(columns_at(edge_from_centre(j)));
    std::vector<Point> displaced(places.size());
    for (int i = 0; i < size_.height; ++i) {
        const Between rows = rows_at(edge_from_centre(i));
        const double y = undisplaced_.y(edge_from_centre(i));
        for (std::size_t j = 0; j < displaced.size(); ++j) {
            const Point by = between(cells[j], rows);
            displaced[j] = {centre_from_edge(places[j].x + by.x), centre_from_edge(y + by.y)};
        }
        visit(displaced);
    }
}

std::vector<Point> OtherFlow::border() const {
    std::vector<Point> border;
    for_each_border_place(size_, [&](int j, int i, int across, int down) {
        const Point place{edge_from_centre(j) + across / 2.0, edge_from_centre(i) + down / 2.0};
        const Point by = between(columns_at(place.x), rows_at(place.y));
        border.push_back({undisplaced_.x(place.x) + by.x, undisplaced_.y(place.y) + by.y});
    });
    return border;
}

}  // namespace

SamplingPoints grid_points(const GridWarp& grid, Size image, bool align_corners) {
    return SamplingPoints(std::make_shared<const GridField>(grid, image, align_corners));
}

cv::Mat gathered_in_cells(const cv::Mat& of_pixels, Size cells) {
    cv::Mat sums = cv::Mat::zeros(cells.height, cells.width, CV_64F);
    for (int i = 0; i < of_pixels.rows; ++i) {
        const Between rows = cells_at(edge_from_centre(i), of_pixels.rows, cells.height);
        auto* const upper = sums.ptr<double>(static_cast<int>(rows.first));
        auto* const lower = sums.ptr<double>(static_cast<int>(rows.second));
        for (int j = 0; j < of_pixels.cols; ++j) {
            const Between columns = cells_at(edge_from_centre(j), of_pixels.cols, cells.width);
            const double number = of_pixels.at<double>(i, j);
            for (auto& [row, share] : {std::pair(upper, 1 - rows.share), std::pair(lower, rows.share)}) {
                row[columns.first] += number * share * (1 - columns.share);
                row[columns.second] += number * share * columns.share;
            }
        }
    }
    return sums;
}

SamplingPoints flow_points(const FlowWarp& flow, Size image, Size glimpse) {
    if (flow.field->size() == glimpse)
        return SamplingPoints(std::make_shared<const OwnFlow>(flow.field, image));
    return SamplingPoints(std::make_shared<const OtherFlow>(*flow.field, image, glimpse));
}

}  // namespace glimpse
