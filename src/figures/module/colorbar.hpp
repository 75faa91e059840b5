#pragma once

#include <opencv2/core/types.hpp>
#include <string>
#include <vector>

#include "glimpse/colorbar.hpp"

namespace glimpse {

/// A tick of a scale.
struct Tick {
    double value;
    std::string text;
};

/// The multiples on the scale of the least of 1, 2 and 5 times powers of ten of which that are at most
/// `most`, most ≥ 5: two or more.
std::vector<Tick> ticks_of(const AttentionRange& range, int most);

/// Both ends of the scale, as they are where they have six digits at most and else true to a two hundredth of
/// it, and between them the ticks that are at least that share of the scale apart from them.
std::vector<Tick> with_ends(const std::vector<Tick>& ticks, const AttentionRange& range, double apart);

/// The room that a bar needs for its values, in pixels.
struct ColorbarRoom {
    int letter = 0;      ///< cap height
    int width = 0;       ///< with the gap before it and the margin behind its values
    int least_high = 0;  ///< with half a cap height above and below
};

/// Beside a place of that size; `letter` as in `with_colorbar`.
ColorbarRoom colorbar_room(const Colorbar& bar, const cv::Size& beside, int letter = 0);

}  // namespace glimpse
