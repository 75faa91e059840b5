#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "figures/module/drawing.hpp"
#include "figures/module/labels.hpp"
#include "glimpse/overlay.hpp"

// The outlines of a figure's glimpses, and the tags that name them.

namespace glimpse {

/// How outlines come onto a figure.
struct OutlinePlace {
    double across = 1;            ///< a pixel's width in the figure
    double down = 1;              ///< and its height
    bool without_border = false;  ///< also around a glimpse without a border (`has_border`)
};

/// What the outlines' labels say is written where it finds room, and else counted, but for what is `on_line`;
/// the k-th in `colour(k)`.
void add_labels(Figure& figure, std::span<const LabelledOutline> outlines, const DrawingSizes& sizes,
                const std::function<cv::Vec3b(std::size_t)>& colour);

/// Adds outlines, or the marks of a glimpse that has some, and labels, thinner where there are many.
void add_outlines(Figure& figure, std::span<const LabelledMap> maps, const OutlinePlace& place);

}  // namespace glimpse
