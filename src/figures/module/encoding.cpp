#include "figures/module/encoding.hpp"

#include <utility>

#include "figures/module/functions.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse::figures {

std::vector<std::uint8_t> encode_figure(Figure figure, FigureFormat format) {
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
