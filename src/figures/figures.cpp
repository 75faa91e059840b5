#include <utility>

#include "figures/figures.hpp"
#include "system/module.hpp"

namespace glimpse {

const Figures& drawing() {
    static const auto& opened = opened_module<Figures>("figures");
    return opened;
}

cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    return drawing().overlay(picture, maps, style);
}

PanelLayout lay_out_panel(cv::Size picture, std::span<const PanelEntry> glimpses) {
    return drawing().lay_out_panel(picture, glimpses);
}

Panel::Panel(PanelLayout layout) : layout_(std::move(layout)), figure_(drawing().empty_panel(layout_)) {}

void Panel::show_overlay(const cv::Mat& overlay) {
    drawing().show(figure_, overlay, layout_.overlay);
}

void Panel::show_glimpse(std::size_t k, const cv::Mat& glimpse) {
    if (k < layout_.thumbnails.size()) drawing().show(figure_, glimpse, layout_.thumbnails[k]);
}

}  // namespace glimpse
