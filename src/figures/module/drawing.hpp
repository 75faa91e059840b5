#pragma once

#include <opencv2/core/types.hpp>
#include <string>
#include <vector>

#include "figures/drawing_sizes.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/lowered.hpp"

// The lines and texts of figures.

namespace glimpse {

/// Rec. 601 luma of a colour (R, G, B), 0 to 1.
double luma(const cv::Vec3b& colour);

/// The casing of lines and tags of that colour, which sets them off from any background: dark, or light
/// around what is dark itself.
cv::Vec3b casing_of(const cv::Vec3b& colour);

/// The part of a polygon that lies inside the rectangle `low`…`high`; convex polygons stay exact.
std::vector<Point> clipped(std::vector<Point> polygon, Point low, Point high);

/// The glimpse's outline in edge coordinates, times `across` and `down`; empty where it is a single point.
std::vector<Point> scaled_outline(const Lowered& lowered, double across, double down);

/// What may be seen of an outline, as a polygon whose other edges lie outside of what it is shown within.
std::vector<Point> visible_part(const FigureOutline& outline);

/// Draws a closed polygon in edge coordinates of any magnitude, in its casing, all over the figure; with
/// dashes of that length, or 0, in a casing that has none.
void add_outline(Figure& figure, const std::vector<Point>& polygon, const DrawingSizes& sizes,
                 const cv::Vec3b& colour, double dash = 0);

/// Draws a line of `width` pixels around a place.
void add_line_around(Figure& figure, cv::Rect place, int width, const cv::Vec3b& colour);

/// Draws a text that is not empty; `letter` is its cap height.
void add_text(Figure& figure, const FigureText& line, int letter, const cv::Vec3b& colour);

/// The size of a text's tag, margins included.
cv::Size tag_size(const std::string& text, int letter);

/// Draws a text on a rounded tag in its casing; `tag` has the `tag_size`.
void add_tag(Figure& figure, const std::string& text, cv::Rect tag, int letter, const cv::Vec3b& colour);

}  // namespace glimpse
