#include <utility>

#include "figures/module/functions.hpp"
#include "figures/module/thumbnails.hpp"

namespace glimpse::figures {

Figure empty_panel(const PanelLayout& layout) {
    Figure figure{.size = layout.figure, .pictures = {{{}, layout.overlay}}, .shapes = {}};
    for (std::size_t k = 0; k < layout.thumbnails.size(); ++k) {
        figure.pictures.push_back({{}, layout.thumbnails[k]});
        add_frame(figure, layout.thumbnails[k], layout.frame, glimpse_colour(layout.colours[k]));
    }
    for (const FigureText& caption : layout.captions) add_text(figure, caption, layout.letter, ink);
    add_text(figure, layout.remark, layout.remark_letter, ink);
    if (!layout.colorbar) return figure;
    return figures::with_colorbar(std::move(figure), *layout.colorbar, layout.overlay, 0);
}

}  // namespace glimpse::figures
