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

/// What a page shows of a list of all.
template <typename Element>
std::span<Element> page_of(std::vector<Element>& all, std::size_t number) {
    const std::size_t first = number * most_cells_of_page;
    return std::span(all).subspan(first, std::min(most_cells_of_page, all.size() - first));
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

OverlayStyle style_of_cells(const OutputOptions& options) {
    OverlayStyle style = options.style;
    if (options.sheet.content == SheetContent::maps) {
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
    return shrink_for_cells(image, options_.sheet);
}

std::int64_t Sheet::memory(Size image, std::size_t glimpses) const {
    const auto side = static_cast<std::int64_t>(options_.sheet.cell_size);
    const auto count = static_cast<std::int64_t>(glimpses);
    const std::int64_t on_page = std::min(count, static_cast<std::int64_t>(most_cells_of_page));
    constexpr std::int64_t shown = 3;  // bytes a pixel
    // A cell of some size has, with its gap and caption, less than twice its pixels: as pixels and as a file
    // that grows; or in words of 4 bytes for PDF, and its file.
    constexpr std::int64_t drawn = 2 * shown + 2 * (2 * shown);
    constexpr std::int64_t words = 4;
    constexpr std::int64_t embedded = shown + 2 * words + 2 * (2 * shown) + shown;
    const std::int64_t kept = shows_image() ? on_page : count;
    const std::int64_t page = options_.figure_format == FigureFormat::png ? drawn : embedded;
    return bounded_product(kept * shown + on_page * page, side * side) +
           bounded_product(page, bar_area(on_page)) + fitting_memory(image, on_page);
}

std::int64_t Sheet::fitting_memory(Size image, std::int64_t cells) const {
    if (!shows_image()) return 0;
    const auto side = static_cast<std::int64_t>(options_.sheet.cell_size);
    const std::int64_t area = shrunk(image, shrink_for(image)).area();
    const std::int64_t at_once = std::min<std::int64_t>(cells, cores_of_run());
    return bounded_product(at_once * attention_bytes, std::max<std::int64_t>(0, area - side * side));
}

std::int64_t Sheet::bar_area(std::int64_t cells) const {
    if (!options_.colorbar) return 0;
    const std::int64_t widest = std::max(128, options_.sheet.cell_size);  // as its digits grow with captions
    const std::int64_t columns = options_.sheet.columns > 0 ? options_.sheet.columns : 8;
    return widest * ceil_div(cells, columns) * 2 * options_.sheet.cell_size;
}

void Sheet::lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses) {
    shrink_ = shrink_for(image);
    lowered_.assign(all.size(), nullptr);
    shown_.resize(all.size());
    for (const LoweredGlimpse& glimpse : glimpses) {
        lowered_[place_in(all, *glimpse.glimpse)] = &glimpse;
    }
    all_ = all;
    glimpses_ = glimpses;
    const Size picture = shrunk(image, shrink_);
    std::vector<PanelEntry> entries;
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Size size = shows_image() ? picture
                          : lowered_[k] ? lowered_[k]->lowered.map.glimpse
                                        : Size{1, 1};
        entries.push_back({all[k].shown_as(), {size.width, size.height}});
    }
    for (std::size_t number = 0; number < pages_of_sheet(all.size()); ++number) {
        pages_.push_back(drawing().lay_out_sheet(page_of(entries, number), options_.sheet));
    }
    if (shows_image()) settle_style();
}

void Sheet::settle_style() {
    OverlayStyle style = style_of_cells(options_);
    style.shrink = shrink_;
    std::vector<LabelledMap> maps;
    for (const LoweredGlimpse& glimpse : glimpses_) maps.push_back({{}, &glimpse.lowered});
    settled_ = SettledStyle(style, maps, options_.colorbar);
}

void Sheet::show(const LoweredGlimpse& glimpse, const cv::Mat& picture) {
    const std::size_t k = place_in(all_, *glimpse.glimpse);
    const cv::Rect& place = pages_[k / most_cells_of_page].thumbnails[k % most_cells_of_page];
    shown_[k] = drawing().fitted(picture, place.size());
}

void Sheet::show_glimpses(std::size_t number, Figure& figure) {
    const auto glimpses = page_of(lowered_, number);
    const auto shown = page_of(shown_, number);
    for (std::size_t k = 0; k < glimpses.size(); ++k) {
        if (can_be_shown(glimpses[k])) figure.pictures[k].pixels = std::move(shown[k]);
    }
}

void Sheet::show_overlays(std::size_t number, const cv::Mat& image, Figure& figure) {
    const auto glimpses = page_of(lowered_, number);
    const std::vector<cv::Rect>& places = pages_[number].thumbnails;
    std::vector<Figure> overlays(glimpses.size());
    for_each_in_parallel(glimpses.size(), [&](std::size_t k) {
        if (!can_be_shown(glimpses[k])) return;
        const LabelledMap map{{}, &glimpses[k]->lowered, colour_of(*glimpses[k]->glimpse, all_)};
        overlays[k] = overlay_in_cell(image, map, settled_.style, places[k].size());
    });
    for (std::size_t k = 0; k < overlays.size(); ++k) add(figure, std::move(overlays[k]), places[k].tl());
}

Figure Sheet::page(std::size_t number, const cv::Mat& image) {
    Figure figure = drawing().empty_contact_sheet(pages_[number]);
    if (shows_image()) {
        show_overlays(number, image, figure);
    } else {
        show_glimpses(number, figure);
    }
    return with_bar(std::move(figure), settled_.colorbar, pages_[number]);
}

}  // namespace glimpse
