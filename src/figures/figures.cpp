#include "figures/figures.hpp"

#include <utility>

#include "figures/figure.hpp"
#include "glimpse/error.hpp"
#include "system/module.hpp"

namespace glimpse {

const Figures& drawing() {
    static const auto& opened = opened_module<Figures>("figures");
    return opened;
}

cv::Mat drawn(Figure figure) {
    require_drawable(figure);
    return drawing().drawn(std::move(figure));
}

std::vector<std::uint8_t> encode_figure(Figure figure, FigureFormat format) {
    require_drawable(figure);
    return drawing().encode_figure(std::move(figure), format);
}

bool has_fonts() {
    return drawing().has_fonts();
}

LettersWithoutFont letters_without_font() {
    return drawing().letters_without_font();
}

Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    return drawing().overlay_figure(picture, maps, style);
}

cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style) {
    return drawn(overlay_figure(picture, maps, style));
}

PanelLayout lay_out_panel(cv::Size overlay, std::span<const PanelEntry> glimpses,
                          const std::optional<Colorbar>& colorbar) {
    return drawing().lay_out_panel(overlay, glimpses, colorbar);
}

Figure with_colorbar(Figure figure, const Colorbar& bar, const cv::Rect& beside, int letter) {
    return drawing().with_colorbar(std::move(figure), bar, beside, letter);
}

Panel::Panel(PanelLayout layout) : layout_(std::move(layout)), figure_(drawing().empty_panel(layout_)) {}

void Panel::show_overlay(const cv::Mat& overlay) {
    show(0, overlay);
}

void Panel::show_overlay(Figure overlay) {
    if (overlay.size != layout_.overlay.size()) {
        throw Error("the overlay of a panel", "must have the size that the panel was laid out for");
    }
    add(figure_, std::move(overlay), layout_.overlay.tl());
}

void Panel::show_glimpse(std::size_t k, const cv::Mat& glimpse) {
    if (k < layout_.thumbnails.size()) show(1 + k, glimpse);
}

void Panel::show(std::size_t k, const cv::Mat& pixels) {
    FigurePicture& picture = figure_.pictures[k];
    const cv::Mat fitted = drawing().fitted(pixels, picture.place.size());
    picture.pixels = fitted.data == pixels.data ? fitted.clone() : fitted;  // the caller may change its own
}

}  // namespace glimpse
