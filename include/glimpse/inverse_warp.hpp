#pragma once

#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// What is said of a warp that has none.
inline constexpr const char* no_way_back = "the matrix has no inverse: the glimpse cannot be pasted";

/// T⁻¹ in closed form, T being the warp from a glimpse's pixels to the image's: by it the glimpse is laid
/// over a canvas.
class GLIMPSE_EXPORT InverseWarp {
  public:
    InverseWarp() = default;
    InverseWarp(const InverseWarp&) = delete;
    InverseWarp& operator=(const InverseWarp&) = delete;
    virtual ~InverseWarp() = default;
    /// Where the pixels of a rectangle of the image lie in the glimpse, row by row, both in centre
    /// coordinates; NaN where the glimpse sees none. Throws `Error` where T has no inverse.
    [[nodiscard]] virtual std::vector<Point> points(const Rectangle& pixels) const = 0;
    /// Whether the glimpse goes round: its first column is its last one's neighbour.
    [[nodiscard]] virtual bool goes_round() const { return false; }
};

}  // namespace glimpse
