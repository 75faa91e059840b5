#include "figures/module/outlines.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "figures/module/functions.hpp"
#include "figures/module/marks.hpp"
#include "maps/peak.hpp"

namespace glimpse {

void add_labels(Figure& figure, std::span<const LabelledOutline> outlines, const DrawingSizes& sizes,
                const std::function<cv::Vec3b(std::size_t)>& colour) {
    const auto labels = place_labels(outlines, figure.size, sizes);
    const bool has_fonts = figures::has_fonts();  // or else a notice of its own says that there are no texts
    for (std::size_t k = 0; k < labels.size(); ++k) {
        const LabelledOutline& outline = outlines[k];
        if (labels[k]) {
            add_tag(figure, labels[k]->text, labels[k]->tag, sizes.letter, colour(k));
        } else if (has_fonts && !outline.on_line && !outline.polygon.empty() && !outline.label.empty()) {
            ++figure.labels_left_out;
        }
    }
}

namespace {

/// About the peak of what has no border, as small as a polygon may be; empty where there is none.
std::vector<Point> around_peak(const Lowered& lowered, const OutlinePlace& place) {
    const std::optional<Point> at = peak(lowered.map);
    if (!at) return {};
    const double x = at->x * place.across;
    const double y = at->y * place.down;
    return {{x, y - 1}, {x + 1, y}, {x, y + 1}, {x - 1, y}};
}

}  // namespace

void add_outlines(Figure& figure, std::span<const LabelledMap> maps, const OutlinePlace& place) {
    const auto is_drawn = [&](std::size_t k) {
        return place.without_border || !maps[k].lowered || has_border(*maps[k].lowered);
    };
    const auto has_marks = [&](std::size_t k) { return maps[k].lowered && maps[k].lowered->marks; };
    const auto colour = [&](std::size_t k) { return glimpse_colour(maps[k].colour.value_or(k)); };
    const Point far_corner{double(figure.size.width), double(figure.size.height)};
    std::vector<std::vector<Point>> polygons;
    std::vector<LabelledOutline> visible;
    for (std::size_t k = 0; k < maps.size(); ++k) {
        const LabelledMap& labelled = maps[k];
        std::vector<Point> polygon;
        const bool at_point = !has_marks(k) && !is_drawn(k) && is_weighed(labelled.lowered->map);
        if (has_marks(k)) {
            polygon = around_marks(*labelled.lowered->marks, place.across, place.down, figure.size);
        } else if (at_point) {
            polygon = around_peak(*labelled.lowered, place);
        } else if (labelled.lowered) {
            polygon = scaled_outline(*labelled.lowered, place.across, place.down);
        }
        visible.push_back(
            {.label = labelled.label, .polygon = clipped(polygon, {0, 0}, far_corner), .at_point = at_point});
        polygons.push_back(std::move(polygon));
    }
    std::size_t seen = 0;
    std::size_t drawn = 0;
    for (std::size_t k = 0; k < visible.size(); ++k) {
        if (visible[k].polygon.empty()) continue;
        ++seen;
        drawn += is_drawn(k) || has_marks(k) ? 1 : 0;
    }
    const DrawingSizes sizes = drawing_sizes(figure.size, seen);
    const DrawingSizes lines = drawing_sizes(figure.size, drawn);
    for (std::size_t k = 0; k < polygons.size(); ++k) {
        if (has_marks(k)) {
            add_marks(figure, *maps[k].lowered->marks, place.across, place.down, lines, colour(k));
        } else if (is_drawn(k)) {
            add_outline(figure, polygons[k], lines, colour(k));
        }
    }
    add_labels(figure, visible, sizes, colour);
}

}  // namespace glimpse
