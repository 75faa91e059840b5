#include "pipeline/pictures.hpp"

#include <utility>
#include <vector>

#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

void Pictures::lay_out(Size image, int n, std::span<const LoweredGlimpse> glimpses) {
    shrink_ = n;
    glimpses_ = glimpses;
    if (!wants_panel_) return;
    std::vector<PanelEntry> entries;
    for (const LoweredGlimpse& glimpse : glimpses) {
        const Size size = glimpse.lowered.map.glimpse;
        entries.push_back({glimpse.glimpse->shown_as(), {size.width, size.height}});
    }
    const Size shown = shrunk(image, n);
    panel_.emplace(lay_out_panel({shown.width, shown.height}, entries));
}

void Pictures::show(const LoweredGlimpse& glimpse, const Image& picture) {
    if (!panel_) return;
    const auto place = static_cast<std::size_t>(&glimpse - glimpses_.data());
    if (place < panel_->layout().thumbnails.size()) panel_->show_glimpse(place, displayable(picture));
}

void Pictures::save(const cv::Mat& image) {
    if (saver_.has_failed()) {
        // Without that glimpse, they would be kept by a run that skips what is there.
        throw Error((wants_overlay_ ? paths_.overlay : paths_.panel).string(),
                    "is not made, since what it shows could not be written");
    }
    std::vector<LabelledMap> maps;
    for (const LoweredGlimpse& glimpse : glimpses_) {
        maps.push_back(
            {glimpse.glimpse->shown_as(), glimpse.report->error.empty() ? &glimpse.lowered : nullptr});
    }
    OverlayStyle style = options_.style;
    style.shrink = shrink_;
    std::optional<Figure> shared;
    if (wants_overlay_) {
        Figure drawn = overlay_figure(image, maps, style);
        if (panel_ && panel_->layout().enlargement == 1) shared = drawn;
        save(std::move(drawn), paths_.overlay);
    }
    if (!panel_) return;
    style.enlargement = panel_->layout().enlargement;
    panel_->show_overlay(shared ? *std::move(shared) : overlay_figure(image, maps, style));
    save(std::move(*panel_).figure(), paths_.panel);
}

void Pictures::save(Figure figure, const std::filesystem::path& path) {
    saver_.save(path, [&] { return encode_figure(std::move(figure), options_.figure_format); });
}

}  // namespace glimpse
