#pragma once

#include <span>

#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"

namespace glimpse {

/// What draws overlays and panels. It lives in a module that is opened when the first one is wanted: it needs
/// OpenCV's imgproc, which takes longer to load than all else that a small job does.
class Figures {
  public:
    virtual ~Figures() = default;
    /// As the functions of the same names that the library declares.
    [[nodiscard]] virtual cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps,
                                          const OverlayStyle& style) const = 0;
    [[nodiscard]] virtual PanelLayout lay_out_panel(cv::Size picture,
                                                    std::span<const PanelEntry> glimpses) const = 0;
    /// A panel's frames and texts on white, 8-bit RGB.
    [[nodiscard]] virtual cv::Mat empty_panel(const PanelLayout& layout) const = 0;
    /// Draws a picture into a place of a figure, resized.
    virtual void show(cv::Mat& figure, const cv::Mat& picture, cv::Rect place) const = 0;
};

namespace figures {

cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);
PanelLayout lay_out_panel(cv::Size picture, std::span<const PanelEntry> glimpses);
cv::Mat empty_panel(const PanelLayout& layout);
void show(cv::Mat& figure, const cv::Mat& picture, cv::Rect place);

}  // namespace figures

}  // namespace glimpse
