#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "glimpse/lowered.hpp"

// Lines and letters on 8-bit RGB pictures, in proportion to the picture. Whatever lies outside is left out.

namespace glimpse {

/// What lines and tags are cased with, so that they are seen on any background.
const cv::Vec3b casing_colour{20, 20, 20};

/// Line widths and letter heights, in pixels.
struct DrawingSizes {
    int line = 1;    ///< of an outline
    int casing = 1;  ///< on either side of it; 0 is none
    int letter = 9;  ///< height of a capital
};

/// How light a colour (R, G, B) looks, 0 to 1: Rec. 601's luma.
double lightness(const cv::Vec3b& colour);

/// √(30/n) for n > 30 outlines that share a picture, else 1.
double crowding(std::size_t outlines);

/// In proportion to a picture's size, in a crowd to `crowding` of that, and never too small to be seen or
/// read.
DrawingSizes drawing_sizes(cv::Size picture, std::size_t outlines = 1);

/// The part of a polygon that lies inside the rectangle `low`…`high`; convex polygons stay exact.
std::vector<Point> clipped(std::vector<Point> polygon, Point low, Point high);

/// A glimpse's outline in a picture of its image that is scaled; empty where the outline is a point.
std::vector<Point> scaled_outline(const Lowered& lowered, double across, double down);

/// A closed polygon in edge coordinates, anti-aliased, in a dark casing. Coordinates may be as large as they
/// like.
void draw_outline(cv::Mat& picture, const std::vector<Point>& polygon, const DrawingSizes& sizes,
                  const cv::Vec3b& colour);

/// Columns that a text takes in letters of this height.
int text_width(const std::string& text, int letter);

/// The text, its middle left out where it is wider than `width`; empty where not even that fits.
std::string fitted(const std::string& text, int letter, int width);

/// A text whose capitals' top left corner is `position`.
void draw_text(cv::Mat& picture, const std::string& text, cv::Point position, int letter,
               const cv::Vec3b& colour);

/// What a text on a tag takes, with the tag's margins.
cv::Size tag_size(const std::string& text, int letter);

/// A text on a rounded tag of a colour, in a dark casing; `tag` has the size that `tag_size` says.
void draw_tag(cv::Mat& picture, const std::string& text, cv::Rect tag, int letter, const cv::Vec3b& colour);

}  // namespace glimpse
