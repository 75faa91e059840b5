#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/sampling_points.hpp"
#include "maps/point_extent.hpp"

namespace glimpse {

/// Lists the sampling points of a w×h glimpse, row by row, of a warp whose points cost more to make twice
/// than to list. Their extent is found while a row is in the cache, and each point is written to memory once.
class PointLister {
  public:
    explicit PointLister(Size glimpse);

    /// The next row's w points, to be written by the caller; as they were left after the row before.
    [[nodiscard]] std::span<Point> row() { return row_; }
    /// The row is written.
    void finish_row();

    /// T(j, i) of a row that is finished.
    [[nodiscard]] const Point& at(int j, int i) const {
        return points_[std::size_t(i) * row_.size() + std::size_t(j)];
    }

    /// Once all rows are. As `SamplingPoints` takes them.
    [[nodiscard]] SamplingPoints points(std::vector<Point> border = {}) &&;

  private:
    std::vector<Point> row_;
    std::vector<Point> points_;
    ExtentOfRows extent_;
};

}  // namespace glimpse
