#include "mechanisms/plate_extent.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "maps/point_extent.hpp"
#include "mechanisms/plate_rows.hpp"

namespace glimpse {

namespace {

constexpr int cell_side = plate_lanes;

int cells_along(int pixels) {
    return (pixels + cell_side - 1) / cell_side;
}

/// The share of Σ |w_k| that the bound above is, for an axis.
double share_of_weights(double h, double farthest) {
    return h * h * (1.75 + std::max(0.0, -std::log(h / 2)) + std::max(0.0, std::log(farthest)) / 2);
}

}  // namespace

/// Where a plate takes the corners of cells: the pixels of which the last one ends a glimpse's row or column.
class PlateCells {
  public:
    PlateCells(const ThinPlate& plate, Size glimpse);

    /// Whether one of the cell's pixels may be the outermost in some direction.
    [[nodiscard]] bool may_be_outermost(int column, int row) const;

  private:
    void add_row(const ThinPlate& plate, double y, const std::vector<double>& x);
    void bound_errors(const ThinPlate& plate, Size glimpse);

    std::size_t length_;  ///< of a row of corners
    std::vector<Point> corners_;
    std::vector<double> sum_x_;
    std::vector<double> sum_y_;
    Point error_;
    std::optional<Extent> beyond_;  ///< what is not beyond these is outermost nowhere
};

PlateCells::PlateCells(const ThinPlate& plate, Size glimpse)
    : length_(static_cast<std::size_t>(cells_along(glimpse.width)) + 1) {
    const auto place = [](int cell, int pixels) {
        return edge_from_centre(std::min(cell * cell_side, pixels - 1));
    };
    std::vector<double> x;
    for (std::size_t k = 0; k < length_ || k % plate_lanes != 0; ++k)
        x.push_back(plate.normalised_x(place(static_cast<int>(k), glimpse.width)));
    sum_x_.resize(x.size());
    sum_y_.resize(x.size());
    const int rows = cells_along(glimpse.height) + 1;
    corners_.reserve(length_ * static_cast<std::size_t>(rows));
    for (int k = 0; k < rows; ++k) add_row(plate, plate.normalised_y(place(k, glimpse.height)), x);
    bound_errors(plate, glimpse);
}

void PlateCells::add_row(const ThinPlate& plate, double y, const std::vector<double>& x) {
    const Point start = plate.affine({0, y});
    kernels().plate_row({&plate.from_.front().x, &plate.weights_.front().x,
                         static_cast<int>(plate.from_.size()), start.x, start.y, plate.of_x_.x, plate.of_x_.y,
                         x.data(), y, static_cast<int>(x.size()), sum_x_.data(), sum_y_.data()});
    for (std::size_t k = 0; k < length_; ++k) corners_.push_back({sum_x_[k], sum_y_[k]});
}

void PlateCells::bound_errors(const ThinPlate& plate, Size glimpse) {
    beyond_ = known_extent(corners_);
    if (!beyond_) return;
    // A normalised a_k is within 1 of 0.
    const double farthest = std::hypot(
        1 + std::max(std::abs(plate.normalised_x(0)), std::abs(plate.normalised_x(glimpse.width))),
        1 + std::max(std::abs(plate.normalised_y(0)), std::abs(plate.normalised_y(glimpse.height))));
    Point weights{};
    for (const Point& w : plate.weights_) {
        weights.x += std::abs(w.x);
        weights.y += std::abs(w.y);
    }
    // Along both axes.
    const double share = 2 * share_of_weights(cell_side * plate.per_pixel_, farthest);
    // Of a sum as large as any term may be, and of what rows differ by.
    const double terms = std::max(weights.x, weights.y) * farthest * farthest * (1 + 2 * std::log(farthest));
    const auto& [left, top, right, bottom] = *beyond_;
    const double largest = terms + std::max({-left, -top, right, bottom, 0.0});
    const double rounding =
        (static_cast<double>(plate.from_.size()) + 8) * std::numeric_limits<double>::epsilon() * largest;
    const double margin = 2 * (plate_tolerance + rounding);
    error_ = {weights.x * share + margin, weights.y * share + margin};
}

bool PlateCells::may_be_outermost(int column, int row) const {
    if (!beyond_) return true;
    const auto first = static_cast<std::size_t>(row) * length_ + static_cast<std::size_t>(column);
    const auto reaches_beyond = [&](const Point& corner) {
        return corner.x - error_.x < beyond_->left || corner.x + error_.x > beyond_->right ||
               corner.y - error_.y < beyond_->top || corner.y + error_.y > beyond_->bottom;
    };
    return reaches_beyond(corners_[first]) || reaches_beyond(corners_[first + 1]) ||
           reaches_beyond(corners_[first + length_]) || reaches_beyond(corners_[first + length_ + 1]);
}

std::optional<Extent> plate_extent(const ThinPlate& plate, Size glimpse) {
    const PlateCells cells(plate, glimpse);
    PlateRows rows(plate, glimpse);
    ExtentOfRows all;
    std::array<Point, cell_side> pixels;
    const auto add_cell = [&](int left, int top) {
        const auto length = static_cast<std::size_t>(std::min(cell_side, glimpse.width - left));
        const std::span part = std::span(pixels).first(length);
        for (int i = top; i < std::min(top + cell_side, glimpse.height); ++i) {
            rows.list(i, left, part);
            all.add(part);
        }
    };
    for (int row = 0; row < cells_along(glimpse.height); ++row) {
        for (int column = 0; column < cells_along(glimpse.width); ++column) {
            if (cells.may_be_outermost(column, row)) add_cell(column * cell_side, row * cell_side);
        }
    }
    return all.extent();
}

}  // namespace glimpse
