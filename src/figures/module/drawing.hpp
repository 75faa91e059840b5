#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "glimpse/lowered.hpp"

// Anti-aliased lines and text on 8-bit RGB pictures, clipped to the picture.

namespace glimpse {

/// The casing of lines and tags, which sets them off from any background.
const cv::Vec3b casing_colour{20, 20, 20};

/// Line widths and letter heights, in pixels.
struct DrawingSizes {
    int line = 1;    ///< of an outline
    int casing = 1;  ///< on either side of it; 0 is none
    int letter = 9;  ///< cap height
};

/// Rec. 601 luma of a colour (R, G, B), 0 to 1.
double luma(const cv::Vec3b& colour);

/// The reduction for n outlines in one picture: √(30/n) for n > 30, else 1.
double crowding(std::size_t outlines);

/// In proportion to the picture, times `crowding(outlines)`, and never too small to be seen or read.
DrawingSizes drawing_sizes(cv::Size picture, std::size_t outlines = 1);

/// The part of a polygon that lies inside the rectangle `low`…`high`; convex polygons stay exact.
std::vector<Point> clipped(std::vector<Point> polygon, Point low, Point high);

/// The glimpse's outline in edge coordinates, times `across` and `down`; empty where it is a single point.
std::vector<Point> scaled_outline(const Lowered& lowered, double across, double down);

/// A closed polygon in edge coordinates of any magnitude, anti-aliased, in a dark casing.
void draw_outline(cv::Mat& picture, const std::vector<Point>& polygon, const DrawingSizes& sizes,
                  const cv::Vec3b& colour);

/// The width in pixels of a text with that cap height.
int text_width(const std::string& text, int letter);

/// The text, its middle elided where it is wider than `width` pixels; empty where not even that fits.
std::string elided(const std::string& text, int letter, int width);

/// Draws a text; `position` is the top left corner of its capitals.
void draw_text(cv::Mat& picture, const std::string& text, cv::Point position, int letter,
               const cv::Vec3b& colour);

/// The size of a text's tag, margins included.
cv::Size tag_size(const std::string& text, int letter);

/// Draws a text on a rounded tag in a dark casing; `tag` has the `tag_size`.
void draw_tag(cv::Mat& picture, const std::string& text, cv::Rect tag, int letter, const cv::Vec3b& colour);

}  // namespace glimpse
