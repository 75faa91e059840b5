#pragma once

#include <opencv2/core/types.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "figures/module/drawing.hpp"

namespace glimpse {

/// An outline, and the label that it gets.
struct LabelledOutline {
    std::string label;
    std::vector<Point> polygon;  ///< the outline's visible part, in edge coordinates; empty where none is
    bool on_line = false;        ///< it says what the line is, and has no place elsewhere
    bool at_point = false;       ///< the polygon is around a point, and the label has no place elsewhere
};

/// A label with its place, wholly inside the picture.
struct Label {
    std::string text;
    cv::Rect tag;
};

/// Places a label at each outline, or where that is taken, at the nearest free place; one that is `on_line`
/// beside its outline or on it, or nowhere, and one that is `at_point` beside that or over it, or nowhere.
/// Earlier ones come first; none overlap. Their area is at most a third of the picture, times ⁴√(30/n) for n
/// > 30 visible outlines. There is none for an outline that is not visible, where no place is left, and in a
/// picture too small for letters. Texts wider than half the picture and than 20 cap heights are
/// `elided_apart`.
std::vector<std::optional<Label>> place_labels(std::span<const LabelledOutline> outlines, cv::Size picture,
                                               const DrawingSizes& sizes);

}  // namespace glimpse
