#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "glimpse/linear_map.hpp"

namespace glimpse::measures {

/// What a glimpse pixel weighs an image pixel by.
struct PixelWeight {
    std::int64_t pixel;  ///< its number in the image, row by row
    double weight;

    /// In an image of so many columns, centre coordinates.
    [[nodiscard]] Point place(int columns) const {
        const std::int64_t row = pixel / columns;
        return {static_cast<double>(pixel - row * columns), static_cast<double>(row)};
    }
};

/// Of one glimpse pixel, ascending, no pixel twice.
using RowWeights = std::vector<PixelWeight>;

/// A glimpse pixel.
struct GlimpsePixel {
    int x;
    int y;
};

/// Up to 3×3 of them, evenly spread: columns ⌊(2n + 1) w/(2 m)⌋, n < m = min(3, w), rows likewise.
std::vector<GlimpsePixel> spread_pixels(Size glimpse);

/// The rows of a map's matrix for some glimpse pixels. Rows of separable maps, which may be large, are made
/// when they are asked for.
class RowsOfMap {
  public:
    RowsOfMap(const LinearMap& map, const std::vector<GlimpsePixel>& pixels);

    /// That of the k-th of the pixels.
    [[nodiscard]] RowWeights row(std::size_t k) const;

  private:
    std::int64_t columns_;
    bool is_separable_ = false;
    std::vector<RowWeights> x_;    ///< of separable maps, the weights of columns
    std::vector<RowWeights> y_;    ///< and of rows
    std::vector<RowWeights> all_;  ///< of others
};

/// The sum of two.
RowWeights sum(const RowWeights& a, const RowWeights& b);

}  // namespace glimpse::measures
