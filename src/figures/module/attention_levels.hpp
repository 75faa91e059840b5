#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>

#include "glimpse/overlay.hpp"

// The attention on a picture in 256 levels, and what each of them looks like.

namespace glimpse {

/// 256 levels of the values on a scale. Where 0 lies between the scale's ends it has a level of its own, 128,
/// and the farther end is 127 levels from it; otherwise the ends have the levels 0 and 255.
class LevelScale {
  public:
    explicit LevelScale(const AttentionRange& range);

    /// Of a value, cut to the scale.
    [[nodiscard]] std::uint8_t level(double attention) const;
    /// The value of a level, cut to the scale.
    [[nodiscard]] double value(int level) const;
    /// The level of no attention.
    [[nodiscard]] int rest() const { return level(0); }
    /// How far from that the farther end is.
    [[nodiscard]] int reach() const;

  private:
    AttentionRange range_;
    bool has_both_signs_;
    double farthest_;  ///< from 0
};

/// The colour (R, G, B) of a value on a scale.
class AttentionColours {
  public:
    AttentionColours(const AttentionRange& range, Colormap colormap);

    [[nodiscard]] cv::Vec3d of(double value) const;

  private:
    AttentionRange range_;
    cv::Mat table_;  ///< OpenCV's 256×1, B, G, R; empty for a map that is computed
};

/// The attention of all maps on a picture.
struct AttentionLevels {
    AttentionRange range;  ///< that the levels are of: where each map has its own, shares of its greatest
    cv::Mat levels;        ///< CV_8U, of the picture's size: where maps overlap, of the stronger
};

/// With a style that is `settled` for the maps.
AttentionLevels attention_levels(std::span<const LabelledMap> maps, cv::Size picture,
                                 const OverlayStyle& style);

}  // namespace glimpse
