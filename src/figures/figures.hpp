#pragma once

#include <span>

#include "figures/contact_sheet.hpp"
#include "figures/track_frame.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"

namespace glimpse {

/// What draws overlays, panels and what is made of tracks. It lives in a module that is opened when the first
/// one is wanted: it needs OpenCV's imgproc, which takes longer to load than all else that a small job does.
struct Figures {
    /// As the functions of the same names that the library declares.
    cv::Mat (*overlay)(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);
    PanelLayout (*lay_out_panel)(cv::Size picture, std::span<const PanelEntry> glimpses);
    /// A panel's frames and texts on white, 8-bit RGB.
    cv::Mat (*empty_panel)(const PanelLayout& layout);
    /// Draws a picture into a place of a figure, resized.
    void (*show)(cv::Mat& figure, const cv::Mat& picture, cv::Rect place);
    /// Cells in which the greatest glimpse is 128 pixels long: enlarged by a whole factor, or shrunk; and
    /// down to 32 where there are many. The sheet is 4096 pixels wide and high at most; where the glimpses do
    /// not find places on it, every `step`-th does. Entries' labels are the captions, left out below 64
    /// pixels.
    ContactSheetLayout (*lay_out_contact_sheet)(std::span<const PanelEntry> glimpses);
    /// A sheet's hairlines and texts, 8-bit RGB.
    cv::Mat (*empty_contact_sheet)(const ContactSheetLayout& layout);
    /// For a track whose first image has this size: shown within 640×640 pixels, enlarged by a whole factor
    /// or shrunk; the glimpse as high as the image, within 160 to 480 pixels.
    TrackFrameLayout (*lay_out_track_frame)(cv::Size image, bool alike);
    /// The image with the glimpse's outline in green, the glimpse in a green frame, and their names, 8-bit
    /// RGB. An image of another size than the first fills its room with its own proportions.
    cv::Mat (*track_frame)(const TrackFrameLayout& layout, const TrackFrame& frame);
};

/// The module, opened by the first call. Throws `Error` where there is none.
const Figures& drawing();

namespace figures {

cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);
PanelLayout lay_out_panel(cv::Size picture, std::span<const PanelEntry> glimpses);
cv::Mat empty_panel(const PanelLayout& layout);
ContactSheetLayout lay_out_contact_sheet(std::span<const PanelEntry> glimpses);
cv::Mat empty_contact_sheet(const ContactSheetLayout& layout);
TrackFrameLayout lay_out_track_frame(cv::Size image, bool alike);
cv::Mat track_frame(const TrackFrameLayout& layout, const TrackFrame& frame);

}  // namespace figures

}  // namespace glimpse
