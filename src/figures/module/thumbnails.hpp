#pragma once

#include <string>

#include "figures/module/drawing.hpp"
#include "glimpse/panel.hpp"

// What figures that show glimpses have in common.

namespace glimpse {

/// What figures are written in, and on.
const cv::Vec3b ink{30, 30, 30};
const cv::Vec3b paper{255, 255, 255};

/// How large a picture is shown in a room: enlarged by a whole factor, or shrunk until it fits.
cv::Size shown_size(cv::Size picture, cv::Size room);

/// How large a picture is shown that fills a room, its proportions kept, on one axis at least.
cv::Size filling_size(cv::Size picture, cv::Size room);

/// A place of a size in the middle of a room.
cv::Rect centred(cv::Size size, cv::Rect room);

/// A caption in the middle below a place whose lower left corner is `below`; shortened where it is wider.
FigureText caption_below(const std::string& text, int letter, cv::Point below, int width);

/// A frame of `frame` pixels around a place, which becomes white; the outermost pixel is its casing.
void draw_frame(cv::Mat& figure, cv::Rect place, int frame, const cv::Vec3b& colour);

/// Draws a picture into a place, resized: enlarged by whole factors its pixels are squares.
void show_picture(cv::Mat& figure, const cv::Mat& picture, cv::Rect place);

}  // namespace glimpse
