#include "figures/module/encoding.hpp"

#include <utility>

#include "figures/module/functions.hpp"
#include "figures/module/missing_letters.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse::figures {

std::vector<std::uint8_t> encode_figure(Figure figure, FigureFormat format) {
    if (format != FigureFormat::png) note_letters_without_font(figure);  // or else as it is drawn
    switch (format) {
        case FigureFormat::svg:
            return svg_of(std::move(figure));
        case FigureFormat::pdf:
            return pdf_of(std::move(figure));
        default:
            return encode_image({.pixels = figures::drawn(std::move(figure))}, figure_format_name(format));
    }
}

}  // namespace glimpse::figures
