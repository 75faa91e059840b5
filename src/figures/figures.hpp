#pragma once

#include <span>

#include "figures/contact_sheet.hpp"
#include "figures/track_frame.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"

namespace glimpse {

/// Draws overlays, panels, contact sheets and frames of tracks. In a module that is opened on first use: it
/// needs OpenCV's imgproc, which takes longer to load than all else in a small run.
struct Figures {
    /// As the public functions of the same names.
    cv::Mat (*overlay)(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);
    PanelLayout (*lay_out_panel)(cv::Size picture, std::span<const PanelEntry> glimpses);
    /// A panel's frames and texts on white, 8-bit RGB.
    cv::Mat (*empty_panel)(const PanelLayout& layout);
    /// Resizes a picture into the rectangle `place` of a figure.
    void (*show)(cv::Mat& figure, const cv::Mat& picture, cv::Rect place);
    /// Cells in which the largest glimpse is 128 pixels long, enlarged by a whole factor or shrunk; down to
    /// 32 where there are many. The sheet has at most 4096×4096 pixels; where not all glimpses fit, every
    /// `step`-th is shown. The entries' labels are the captions, left out in cells below 64 pixels.
    ContactSheetLayout (*lay_out_contact_sheet)(std::span<const PanelEntry> glimpses);
    /// A sheet's hairlines and texts, 8-bit RGB.
    cv::Mat (*empty_contact_sheet)(const ContactSheetLayout& layout);
    /// For a track whose first image has this size: shown within 640×640 pixels, enlarged by a whole factor
    /// or shrunk; the glimpse as high as the image, 160 ≤ side ≤ 480. `alike`: all glimpses have one size.
    TrackFrameLayout (*lay_out_track_frame)(cv::Size image, bool alike);
    /// The image with the glimpse's outline in green, the glimpse in a green frame, and their captions, 8-bit
    /// RGB. An image of another size than the first is letterboxed.
    cv::Mat (*track_frame)(const TrackFrameLayout& layout, const TrackFrame& frame);
};

/// The module, opened by the first call. Throws `Error` where there is none.
const Figures& drawing();

}  // namespace glimpse
