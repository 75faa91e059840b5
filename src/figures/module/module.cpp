#include "figures/figures.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/export.hpp"

namespace glimpse {

namespace {

class DrawnFigures final : public Figures {
  public:
    [[nodiscard]] cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps,
                                  const OverlayStyle& style) const override {
        return figures::overlay(picture, maps, style);
    }
    [[nodiscard]] PanelLayout lay_out_panel(cv::Size picture,
                                            std::span<const PanelEntry> glimpses) const override {
        return figures::lay_out_panel(picture, glimpses);
    }
    [[nodiscard]] cv::Mat empty_panel(const PanelLayout& layout) const override {
        return figures::empty_panel(layout);
    }
    void show(cv::Mat& figure, const cv::Mat& picture, cv::Rect place) const override {
        show_picture(figure, picture, place);
    }
    [[nodiscard]] ContactSheetLayout lay_out_contact_sheet(
        std::span<const PanelEntry> glimpses) const override {
        return figures::lay_out_contact_sheet(glimpses);
    }
    [[nodiscard]] cv::Mat empty_contact_sheet(const ContactSheetLayout& layout) const override {
        return figures::empty_contact_sheet(layout);
    }
    [[nodiscard]] TrackFrameLayout lay_out_track_frame(cv::Size image, bool alike) const override {
        return figures::lay_out_track_frame(image, alike);
    }
    [[nodiscard]] cv::Mat track_frame(const TrackFrameLayout& layout,
                                      const TrackFrame& frame) const override {
        return figures::track_frame(layout, frame);
    }
};

}  // namespace

}  // namespace glimpse

extern "C" GLIMPSE_EXPORT const glimpse::Figures* glimpse_figures() {
    static const glimpse::DrawnFigures figures;
    return &figures;
}
