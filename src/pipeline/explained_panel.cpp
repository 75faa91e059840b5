#include "pipeline/explained_panel.hpp"

#include <utility>
#include <vector>

#include "figures/figure.hpp"
#include "figures/figures.hpp"
#include "pipeline/sheet.hpp"
#include "pipeline/shown_image.hpp"

namespace glimpse {

namespace {

/// Wide enough for a caption, and for labels on the picture.
constexpr int cell_side = 480;

/// Where a glimpse is, or what it weighs where it has no border.
OverlayStyle style_of(const Lowered& lowered, int shrink) {
    OverlayStyle style;
    style.kind = has_border(lowered) ? OverlayStyle::Kind::outline : OverlayStyle::Kind::both;
    style.shrink = shrink;
    return style;
}

}  // namespace

void ExplainedPanel::decode() {
    if (!picture_.empty()) return;
    const SheetOptions sheet{.cell_size = cell_side};
    ShownImage image(source_, open_,
                     {.shrink = [&](Size size) { return shrink_for_cells(size, sheet); }, .format = format_});
    picture_ = image.picture();
    shrink_ = image.shrink();
}

Figure ExplainedPanel::figure(std::span<const ExplainedCell> cells) {
    decode();
    std::vector<PanelEntry> entries;
    for (const ExplainedCell& cell : cells) entries.push_back({cell.caption, picture_.size()});
    const SheetOptions options{.columns = static_cast<int>(cells.size()), .cell_size = cell_side};
    const ContactSheetLayout layout = drawing().lay_out_sheet(entries, options, 0);
    Figure page = drawing().empty_contact_sheet(layout);
    for (std::size_t k = 0; k < cells.size(); ++k) {
        const LabelledMap map{{}, cells[k].lowered, k};
        const SettledStyle style(style_of(*cells[k].lowered, shrink_), {&map, 1}, false);
        const cv::Rect& place = layout.thumbnails[k];
        add(page, overlay_in_cell(picture_, map, style.style, place.size()), place.tl());
    }
    return page;
}

}  // namespace glimpse
