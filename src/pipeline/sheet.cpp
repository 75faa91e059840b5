#include "pipeline/sheet.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

#include "figures/figure.hpp"
#include "figures/figures.hpp"
#include "pipeline/decoding.hpp"
#include "system/numbers.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

/// What a page shows of a list of all, of which a cell has so many.
template <typename Element>
std::span<Element> page_of(std::vector<Element>& all, std::size_t number, std::size_t in_cell = 1) {
    const std::size_t most = most_cells_of_page * in_cell;
    const std::size_t first = number * most;
    return std::span(all).subspan(first, std::min(most, all.size() - first));
}

/// Where a bar may stand beside the cells: next to all of their rows that are not too many.
cv::Rect rows_of(const ContactSheetLayout& page) {
    constexpr int highest = 512;
    cv::Rect rows = page.cells;
    rows.width += 1;  // the hairline
    rows.height = std::min(rows.height, std::max(page.cell_height, highest));
    return rows;
}

bool can_be_shown(const LoweredGlimpse* glimpse) {
    return glimpse && glimpse->report->error.empty();
}

}  // namespace

OverlayStyle style_of_cells(OverlayStyle style, SheetContent content) {
    if (content == SheetContent::maps) {
        style.kind = OverlayStyle::Kind::blend;
        style.opacity = 1;
    }
    return style;
}

int shrink_for_cells(Size image, const SheetOptions& options) {
    return shrink_to_fit(image, options.cell_size);
}

Figure overlay_in_cell(const cv::Mat& picture, const LabelledMap& map, OverlayStyle style, cv::Size place) {
    style.size = place;
    return overlay_figure(picture, {&map, 1}, style);
}

Figure with_bar(Figure page, const std::optional<Colorbar>& bar, const ContactSheetLayout& layout) {
    if (!bar) return page;
    constexpr int least_letter = 9;  // of cells without captions
    Figure beside =
        with_colorbar(std::move(page), *bar, rows_of(layout), std::max(least_letter, layout.letter));
    beside.size.width += layout.cells.x;  // as much as on the left
    return beside;
}

int Sheet::shrink_for(Size image) const {
    return shrink_for_cells(image, cells_);
}

std::int64_t Sheet::memory(Size image, std::size_t glimpses) const {
    const auto side = static_cast<std::int64_t>(cells_.cell_size);
    const auto count = static_cast<std::int64_t>(std::min(glimpses, most_));
    const std::int64_t on_page = std::min(count, static_cast<std::int64_t>(most_cells_of_page));
    constexpr std::int64_t shown = 3;  // bytes a pixel
    // A picture of some size has, with its gap and caption, less than twice its pixels: as pixels and as a
    // file that grows; or in words of 4 bytes for PDF, and its file.
    constexpr std::int64_t drawn = 2 * shown + 2 * (2 * shown);
    constexpr std::int64_t words = 4;
    constexpr std::int64_t embedded = shown + 2 * words + 2 * (2 * shown) + shown;
    const std::int64_t kept = (shows_image() ? on_page : 0) + (shows_glimpses() ? count : 0);
    const std::int64_t page = options_.figure_format == FigureFormat::png ? drawn : embedded;
    const std::int64_t pictures = on_page * static_cast<std::int64_t>(in_cell());
    return bounded_product(kept * shown + pictures * page, side * side) +
           bounded_product(page, bar_area(on_page)) + fitting_memory(image, on_page);
}

std::int64_t Sheet::fitting_memory(Size image, std::int64_t cells) const {
    if (!shows_image()) return 0;
    const auto side = static_cast<std::int64_t>(cells_.cell_size);
    const std::int64_t area = shrunk(image, shrink_for(image)).area();
    const std::int64_t at_once = std::min<std::int64_t>(cells, cores_of_run());
    return bounded_product(at_once * attention_bytes, std::max<std::int64_t>(0, area - side * side));
}

std::int64_t Sheet::bar_area(std::int64_t cells) const {
    if (!options_.colorbar) return 0;
    const std::int64_t widest = std::max(128, cells_.cell_size);  // as its digits grow with captions
    const std::int64_t in_one_row = 8 / static_cast<std::int64_t>(in_cell());
    const std::int64_t columns = cells_.columns > 0 ? cells_.columns : in_one_row;
    return widest * ceil_div(cells, columns) * 2 * cells_.cell_size;
}

bool Sheet::has_place(const LoweredGlimpse& glimpse) const {
    return place_in(all_, *glimpse.glimpse) < all_.size();
}

void Sheet::lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses) {
    shrink_ = shrink_for(image);
    all_ = all.first(std::min(all.size(), most_));
    lowered_.assign(all_.size(), nullptr);
    shown_.resize(all_.size());
    for (const LoweredGlimpse& glimpse : glimpses) {
        if (has_place(glimpse)) lowered_[place_in(all_, *glimpse.glimpse)] = &glimpse;
    }
    std::vector<PanelEntry> entries = this->entries(shrunk(image, shrink_));
    for (std::size_t number = 0; number < pages_of_sheet(all_.size()); ++number) {
        pages_.push_back(
            drawing().lay_out_sheet(page_of(entries, number, in_cell()), cells_, all.size() - all_.size()));
    }
    if (shows_image()) settle_style();
}

std::vector<PanelEntry> Sheet::entries(Size picture) const {
    std::vector<PanelEntry> entries;
    const auto add = [&](std::size_t k, Size size) {
        entries.push_back({all_[k].shown_as(), {size.width, size.height}});
    };
    for (std::size_t k = 0; k < all_.size(); ++k) {
        if (shows_image()) add(k, picture);
        if (shows_glimpses()) add(k, lowered_[k] ? lowered_[k]->lowered.map.glimpse : Size{1, 1});
    }
    return entries;
}

void Sheet::settle_style() {
    OverlayStyle style = style_of_cells(options_.style, cells_.content);
    style.shrink = shrink_;
    std::vector<LabelledMap> maps;
    for (const LoweredGlimpse* const glimpse : lowered_) {
        if (glimpse) maps.push_back({{}, &glimpse->lowered});
    }
    settled_ = SettledStyle(style, maps, options_.colorbar);
}

void Sheet::show(const LoweredGlimpse& glimpse, const cv::Mat& picture) {
    if (!has_place(glimpse)) return;
    const std::size_t k = place_in(all_, *glimpse.glimpse);
    const std::vector<cv::Rect>& places = pages_[k / most_cells_of_page].thumbnails;
    const std::size_t last_in_cell = (k % most_cells_of_page + 1) * in_cell() - 1;
    shown_[k] = drawing().fitted(picture, places[last_in_cell].size());
}

void Sheet::show_glimpses(std::size_t number, Figure& figure) {
    const auto glimpses = page_of(lowered_, number);
    const auto shown = page_of(shown_, number);
    for (std::size_t k = 0; k < glimpses.size(); ++k) {
        const std::size_t last_in_cell = (k + 1) * in_cell() - 1;
        if (can_be_shown(glimpses[k])) figure.pictures[last_in_cell].pixels = std::move(shown[k]);
    }
}

void Sheet::show_overlays(std::size_t number, const cv::Mat& image, Figure& figure) {
    const auto glimpses = page_of(lowered_, number);
    const auto place = [&](std::size_t k) { return pages_[number].thumbnails[k * in_cell()]; };
    std::vector<Figure> overlays(glimpses.size());
    for_each_in_parallel(glimpses.size(), [&](std::size_t k) {
        if (!can_be_shown(glimpses[k])) return;
        const LabelledMap map{{}, &glimpses[k]->lowered, colour_of(*glimpses[k]->glimpse, all_)};
        overlays[k] = overlay_in_cell(image, map, settled_.style, place(k).size());
    });
    for (std::size_t k = 0; k < overlays.size(); ++k) add(figure, std::move(overlays[k]), place(k).tl());
}

Figure Sheet::page(std::size_t number, const cv::Mat& image) {
    Figure figure = drawing().empty_contact_sheet(pages_[number]);
    if (shows_glimpses()) show_glimpses(number, figure);
    if (shows_image()) show_overlays(number, image, figure);
    return with_bar(std::move(figure), settled_.colorbar, pages_[number]);
}

}  // namespace glimpse
