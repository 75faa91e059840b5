#pragma once

#include <opencv2/core/types.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "figures/module/drawing.hpp"

namespace glimpse {

/// What is to be labelled.
struct LabelledOutline {
    std::string label;
    std::vector<Point> polygon;  ///< the outline's visible part, in edge coordinates; empty where none is
};

/// A label with its place, wholly inside the picture.
struct Label {
    std::string text;
    cv::Rect tag;
};

/// A place for each outline's label: at its outline, or where others have taken that, the nearest that is
/// free. No two labels overlap, and all together cover at most a third of the picture, ⁴√(30/n) of that for n
/// > 30 visible outlines; earlier ones come first. A label is left out where there is no such place for it,
/// where nothing of the outline is visible, or where the picture is too small for letters. Texts wider than
/// half the picture (and than 20 capitals' heights) are shortened.
std::vector<std::optional<Label>> place_labels(std::span<const LabelledOutline> outlines, cv::Size picture,
                                               const DrawingSizes& sizes);

}  // namespace glimpse
