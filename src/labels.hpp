#pragma once

#include <opencv2/core/types.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drawing.hpp"

namespace glimpse {

/// What is to be labelled.
struct LabelledOutline {
    std::string id;
    std::vector<Point> polygon;  ///< the outline's visible part, in edge coordinates; empty where none is
};

/// A label with its place, wholly inside the picture.
struct Label {
    std::string text;
    cv::Rect tag;
};

/// A place for each outline's label: at its outline, and not upon another label where the picture has room.
/// None where nothing of the outline is visible or the picture is too small for letters.
std::vector<std::optional<Label>> place_labels(std::span<const LabelledOutline> outlines, cv::Size picture,
                                               const DrawingSizes& sizes);

}  // namespace glimpse
