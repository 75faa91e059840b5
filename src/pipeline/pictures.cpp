#include "pipeline/pictures.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "figures/drawing_sizes.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/error.hpp"
#include "mechanisms/border.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/shown_image.hpp"
#include "pixels/block_means.hpp"

namespace glimpse {

namespace {

/// A picture of the image, shrunk `from` times, as one that is shrunk `to` times; both are powers of two.
cv::Mat shrunk_further(const cv::Mat& picture, int from, int to) {
    return from == to ? picture : block_means(picture, to / from, false);
}

/// Those that an overlay in that style shows by more than a border.
std::size_t soft_maps(std::span<const Glimpse> glimpses, OverlayStyle::Kind style) {
    const auto is_map = [&](const Glimpse& each) {
        return has_scale(style) ? is_soft(each.mechanism) : !has_border(each.mechanism);
    };
    return static_cast<std::size_t>(std::ranges::count_if(glimpses, is_map));
}

/// Of a panel that is a sheet.
SheetOptions cells_of_panel(const OutputOptions& options) {
    SheetOptions cells{.content = SheetContent::pairs};
    cells.cell_size = std::clamp(options.overlay_size, least_captioned_cell, cells.cell_size);
    return cells;
}

}  // namespace

Pictures::Pictures(const OutputPaths& paths, const OutputOptions& options, std::span<const Glimpse> glimpses,
                   Saver& saver, ImageReport& report)
    : paths_(paths),
      options_(options),
      saver_(saver),
      report_(report),
      maps_(soft_maps(glimpses, options.style.kind)),
      has_many_maps_(maps_ > most_maps_together),
      wants_overlay_(saver.wants(paths.overlay)),
      wants_panel_(saver.wants(paths.panel) && !has_many_maps_) {
    if (std::ranges::any_of(paths.sheets, [&](const auto& page) { return saver.wants(page); })) {
        sheets_.push_back({Sheet(options), paths.sheets});
    }
    if (saver.wants(paths.panel) && has_many_maps_) {
        sheets_.push_back({Sheet(options, cells_of_panel(options), most_cells_of_panel), {&paths.panel, 1}});
    }
}

std::optional<int> Pictures::overlay_shrink_for(Size image) const {
    if (!shows_overlay()) return std::nullopt;
    return shrink_for_picture(image, options_.overlay_size);
}

std::optional<int> Pictures::shrink_for(Size image) const {
    std::optional<int> least = overlay_shrink_for(image);
    for (const auto& [sheet, pages] : sheets_) {
        if (!sheet.shows_image()) continue;
        const int in_cells = sheet.shrink_for(image);
        least = std::min(least.value_or(in_cells), in_cells);
    }
    return least;
}

std::int64_t Pictures::sheet_memory(Size image) const {
    std::int64_t sum = 0;
    for (const auto& [sheet, pages] : sheets_) sum += sheet.memory(image, paths_.glimpses.size());
    return sum;
}

Size Pictures::overlay_size(Size image, int shrink, std::size_t glimpses) const {
    const Size shown = shrunk(image, shrink);
    const int times = legible_enlargement({shown.width, shown.height}, glimpses, options_.overlay_size);
    return {times * shown.width, times * shown.height};
}

std::int64_t Pictures::enlargement_memory(Size image) const {
    const std::optional<int> shrink = overlay_shrink_for(image);
    if (!shrink) return 0;
    // Bytes a pixel of both figures, as `drawing_memory` has them. The rest are cap heights, rounded up.
    constexpr std::int64_t drawn = 40;
    constexpr double widest = 20;
    constexpr double lowest = 13;
    const Size size = overlay_size(image, *shrink, paths_.glimpses.size());
    std::int64_t area = size.area();
    if (options_.colorbar) {
        const double letter = drawing_sizes({size.width, size.height}).letter;
        area = static_cast<std::int64_t>((size.width + widest * letter) *
                                         std::max(double(size.height), lowest * letter));
    }
    return bounded_product(drawn, area - shrunk(image, *shrink).area());
}

std::string Pictures::remedy() const {
    const bool has_sheet = sheets_.size() > (is_panel_a_sheet() ? 1U : 0U);
    const bool has_overlays = shows_overlay() || is_panel_a_sheet();
    std::string remedy;
    if (has_overlays) remedy = field_name("overlay_size") + " makes overlays and panels smaller";
    if (has_overlays && has_sheet) remedy += ", and ";
    if (has_sheet) remedy += field_name("sheet.cell_size") + " makes sheets smaller";
    return remedy + ", which then need less";
}

void Pictures::lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses,
                       const ShownValues& values) {
    image_ = image;
    values_ = values;
    all_ = all;
    glimpses_ = glimpses;
    for (auto& [sheet, pages] : sheets_) sheet.lay_out(image, all, glimpses);
    const std::optional<int> shrink = overlay_shrink_for(image);
    if (!shrink) return;
    OverlayStyle style = options_.style;
    style.shrink = *shrink;
    const Size overlay = overlay_size(image, *shrink, glimpses.size());
    style.enlargement = overlay.width / shrunk(image, *shrink).width;
    settled_ = SettledStyle(style, maps(), options_.colorbar);
    if (wants_panel_) lay_out_panel_beside(overlay);
}

void Pictures::lay_out_panel_beside(Size overlay) {
    std::vector<PanelEntry> entries;
    for (const LoweredGlimpse& glimpse : glimpses_) {
        const Size size = glimpse.lowered.map.glimpse;
        entries.push_back(
            {glimpse.glimpse->shown_as(), {size.width, size.height}, colour_of(*glimpse.glimpse, all_)});
    }
    panel_.emplace(lay_out_panel({overlay.width, overlay.height}, entries, settled_.colorbar));
}

std::int64_t Pictures::clipped() const {
    std::int64_t most = settled_.clipped;
    for (const auto& [sheet, pages] : sheets_) most = std::max(most, sheet.clipped());
    return most;
}

std::vector<LabelledMap> Pictures::maps() const {
    std::vector<LabelledMap> maps;
    for (const LoweredGlimpse& glimpse : glimpses_) {
        maps.push_back({glimpse.glimpse->shown_as(),
                        glimpse.report->error.empty() ? &glimpse.lowered : nullptr,
                        colour_of(*glimpse.glimpse, all_)});
    }
    return maps;
}

void Pictures::show(const LoweredGlimpse& glimpse, const Image& picture) {
    const auto place = static_cast<std::size_t>(&glimpse - glimpses_.data());
    const auto shows_it = [](const PagedSheet& each) { return each.sheet.shows_glimpses(); };
    const bool on_panel = panel_ && place < panel_->layout().thumbnails.size();
    if (!on_panel && std::ranges::none_of(sheets_, shows_it)) return;
    const cv::Mat shown = shown_glimpse(picture, values_);
    for (PagedSheet& each : sheets_) {
        if (shows_it(each)) each.sheet.show(glimpse, shown);
    }
    if (on_panel) panel_->show_glimpse(place, shown);
}

const std::filesystem::path& Pictures::first_path() const {
    return wants_overlay_ ? paths_.overlay : wants_panel_ ? paths_.panel : sheets_.front().pages.front();
}

void Pictures::save(const Image& decoded) {
    if (saver_.has_failed()) {
        // Without that glimpse, they would be kept by a run that skips what is there.
        throw Error(first_path().string(), "is not made, since what it shows could not be written");
    }
    const cv::Mat image = decoded.pixels.empty() ? cv::Mat() : displayable(decoded, values_.range);
    const std::optional<int> shrink = shrink_for(image_);
    if (const auto in_overlay = overlay_shrink_for(image_)) {
        save_overlays(shrunk_further(image, *shrink, *in_overlay));
    }
    for (auto& [sheet, pages] : sheets_) {
        const cv::Mat in_cells =
            sheet.shows_image() ? shrunk_further(image, *shrink, sheet.shrink_for(image_)) : cv::Mat();
        for (std::size_t number = 0; number < pages.size(); ++number) {
            if (saver_.wants(pages[number])) save(sheet.page(number, in_cells), pages[number]);
        }
    }
}

void Pictures::save_overlays(const cv::Mat& image) {
    Figure drawn = overlay_figure(image, maps(), settled_.style);
    labels_left_out_ = drawn.labels_left_out;
    if (panel_) panel_->show_overlay(drawn);
    if (wants_overlay_) {
        const cv::Rect all({0, 0}, drawn.size);
        if (settled_.colorbar) drawn = with_colorbar(std::move(drawn), *settled_.colorbar, all);
        save(std::move(drawn), paths_.overlay);
    }
    if (panel_) save(std::move(*panel_).figure(), paths_.panel);
}

void Pictures::save(Figure figure, const std::filesystem::path& path) {
    if (saver_.save(path, [&] { return encode_figure(std::move(figure), options_.figure_format); }))
        record(path);
}

void Pictures::record_planned() {
    if (wants_overlay_) record(paths_.overlay);
    if (wants_panel_) record(paths_.panel);
    for (const auto& [sheet, pages] : sheets_) {
        for (const std::filesystem::path& page : pages) {
            if (saver_.wants(page)) record(page);
        }
    }
}

void Pictures::record(const std::filesystem::path& path) {
    if (path == paths_.overlay) {
        report_.overlay = path.string();
    } else if (path == paths_.panel) {
        report_.panel = path.string();
    } else {
        report_.sheets.push_back(path.string());
    }
}

}  // namespace glimpse
