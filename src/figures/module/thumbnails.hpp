#pragma once

#include <span>
#include <string>
#include <vector>

#include "figures/module/drawing.hpp"
#include "glimpse/panel.hpp"

// Shared by the figures that show glimpses.

namespace glimpse {

/// The colours of text and background.
const cv::Vec3b ink{30, 30, 30};
const cv::Vec3b paper{255, 255, 255};

/// The size of a picture in a room: enlarged by the largest whole factor, or shrunk to fit.
cv::Size shown_size(cv::Size picture, cv::Size room);

/// The size of a picture scaled to fit a room, its aspect ratio kept.
cv::Size filling_size(cv::Size picture, cv::Size room);

/// A rectangle of that size, centred in a room.
cv::Rect centred(cv::Size size, cv::Rect room);

/// The labels of a figure's glimpses as its captions show them, `elided_apart`.
std::vector<std::string> captions_of(std::span<const PanelEntry> glimpses, int letter, int width);

/// A caption centred below a place whose lower left corner is `below`; elided to `width` pixels.
FigureText caption_below(const std::string& text, int letter, cv::Point below, int width);

/// Draws a frame of `frame` pixels around a place; its outermost pixel is the casing.
void add_frame(Figure& figure, cv::Rect place, int frame, const cv::Vec3b& colour);

/// The pixels that a picture is shown with in a place of that size: its own, where the place is a whole
/// multiple of it, so that they are squares; otherwise the place's.
cv::Mat fitted(const cv::Mat& picture, cv::Size place);

}  // namespace glimpse
