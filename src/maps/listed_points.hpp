#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// Takes the sampling points of a w×h glimpse row by row. Their extent is found while a row is in the cache,
/// and each point is written to memory once: beside that, all else that is done for a point is cheap.
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
    Extent extent_;
    bool has_nan_ = false;
};

}  // namespace glimpse
