#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "glimpse/export.hpp"

// A figure on white: an overlay on the left and the glimpses on the right, each framed in the colour of its
// place in the list.

namespace glimpse {

/// What a panel's layout needs of a glimpse.
struct PanelEntry {
    std::string label;
    cv::Size size;  ///< pixels
};

/// A line of a figure's text; `position` is the top left corner of its capitals.
struct FigureText {
    std::string text;
    cv::Point position;
};

/// Where everything stands in a panel.
struct PanelLayout {
    cv::Size figure;
    int enlargement = 1;               ///< of the overlay, a whole factor
    cv::Rect overlay;                  ///< in the figure, enlarged
    std::vector<cv::Rect> thumbnails;  ///< of the first glimpses, without their frames
    int frame = 0;                     ///< width of a thumbnail's frame, casing included
    std::vector<FigureText> captions;  ///< the thumbnails' labels; none where they would be too small to read
    int letter = 0;                    ///< height of the captions' capitals
    std::size_t left_out = 0;          ///< how many glimpses follow those with thumbnails
    FigureText remark;                 ///< says so, below the thumbnails; empty where none is left out
    int remark_letter = 0;
};

/// Lays a panel out beside an overlay of a picture of that size (not empty).
///
/// The overlay is enlarged by a whole factor until its longer side has 130 √n pixels for n glimpses, at least
/// 400 and at most 1600. The thumbnails fill a grid in a room as large as the overlay (beside a strip, of a
/// quarter of its length at least), enlarged by whole factors where glimpses are small. They share it down to
/// 32 pixels or a 32nd of the room's side for each, whichever is more; of those that find no place then,
/// `remark` says how many they are. Labels are left out where a thumbnail with its surroundings has less than
/// 64×64 pixels. So the figure's size has a bound that does not depend on n.
GLIMPSE_EXPORT PanelLayout lay_out_panel(cv::Size picture, std::span<const PanelEntry> glimpses);

/// A panel into which pictures are drawn as they come; nothing of them is kept but what is seen.
class GLIMPSE_EXPORT Panel {
  public:
    /// Draws the frames and texts. A glimpse whose picture never comes stays an empty frame.
    explicit Panel(PanelLayout layout);

    [[nodiscard]] const PanelLayout& layout() const { return layout_; }

    /// Draws the overlay (8-bit RGB): one drawn with the layout's `enlargement` as
    /// `OverlayStyle::enlargement`, whose lines and letters are sharp, or any other, which is resized.
    void show_overlay(const cv::Mat& overlay);

    /// Draws the k-th glimpse (8-bit RGB), resized; none where it has no thumbnail.
    void show_glimpse(std::size_t k, const cv::Mat& glimpse);

    /// What is drawn so far, 8-bit RGB.
    [[nodiscard]] const cv::Mat& figure() const { return figure_; }

  private:
    PanelLayout layout_;
    cv::Mat figure_;
};

}  // namespace glimpse
