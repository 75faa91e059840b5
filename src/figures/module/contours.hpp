#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "glimpse/geometry.hpp"

// Lines around where most of a map's attention is.

namespace glimpse {

/// The magnitude of attention on a picture.
class AttentionField {
  public:
    /// `attention`: CV_32F, what lies at `place` of a picture; elsewhere there is none.
    AttentionField(const cv::Mat& attention, const cv::Rect& place, cv::Size picture);

    [[nodiscard]] cv::Size picture() const { return picture_; }
    /// The attention's place.
    [[nodiscard]] const cv::Rect& place() const { return place_; }
    /// |a| of a pixel of the picture.
    [[nodiscard]] double at(int x, int y) const;

    /// The levels of the lines around the smallest regions that hold the shares p, 0 < p ≤ 1, of all
    /// attention: with t = max {t : Σ_{|a| ≥ t} |a| ≥ p Σ |a|} the region is {|a| ≥ t (1 - 2^-12)}, since
    /// what differs by no more than rounding is equal, and its level lies halfway between its least |a| and
    /// the next lower one of the picture; sums are of float64. Empty where there is no attention.
    [[nodiscard]] std::vector<double> levels(const std::vector<double>& shares) const;

  private:
    cv::Mat magnitudes_;
    cv::Rect place_;
    cv::Size picture_;
};

/// Of all lines of a figure together.
inline constexpr std::size_t most_contour_points = std::size_t{1} << 18;

/// A closed line, in edge coordinates of the picture.
using Ring = std::vector<Point>;

/// The lines between what is above a level > 0, which no pixel has, and what is below it: marching squares,
/// whose corners are the centres of pixels, with linear interpolation along their edges. Of a square whose
/// opposite corners are above it, those are joined whose side the mean of the four is on. Between its outer
/// pixels' centres and its border the picture continues as it is, and there lines are closed along the
/// border. Throws `Error` where they take more than `room` points, what is left of `most_contour_points`.
std::vector<Ring> contour_lines(const AttentionField& field, double level, std::size_t room);

}  // namespace glimpse
