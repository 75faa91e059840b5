#include <cairo-pdf.h>

#include <algorithm>

#include "figures/module/encoding.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/painting.hpp"
#include "figures/module/shaping.hpp"
#include "figures/module/thumbnails.hpp"

namespace glimpse {

namespace {

constexpr double points_a_pixel = 72.0 / 96;
constexpr double longest_page = 14400;  ///< in points: what readers show (ISO 32000-1, annex C)

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
    try {
        auto& all = *static_cast<std::vector<std::uint8_t>*>(bytes);
        all.insert(all.end(), data, data + length);
        return CAIRO_STATUS_SUCCESS;
    } catch (...) {
        return CAIRO_STATUS_NO_MEMORY;
    }
}

/// The part of a picture that Cairo takes at once.
constexpr int longest_part = 32767;

void paint_part(cairo_t* context, const FigurePicture& picture, cv::Rect part) {
    const Surface surface = surface_of(picture.pixels(part));
    const double across = double(picture.place.width) / picture.pixels.cols;
    const double down = double(picture.place.height) / picture.pixels.rows;
    cairo_save(context);
    cairo_translate(context, picture.place.x + across * part.x, picture.place.y + down * part.y);
    cairo_scale(context, across, down);
    cairo_set_source_surface(context, surface.get(), 0, 0);
    // Enlarged pixels are to stay squares; others may be smoothed.
    const bool is_enlarged = picture.place.size() != picture.pixels.size();
    cairo_pattern_set_filter(cairo_get_source(context),
                             is_enlarged ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_paint(context);
    cairo_restore(context);
}

void paint_picture(cairo_t* context, const FigurePicture& picture) {
    const cv::Rect all({0, 0}, picture.pixels.size());
    for (int y = 0; y < all.height; y += longest_part) {
        for (int x = 0; x < all.width; x += longest_part) {
            paint_part(context, picture, cv::Rect(x, y, longest_part, longest_part) & all);
        }
    }
}

}  // namespace

std::vector<std::uint8_t> pdf_of(Figure figure) {
    const double scale =
        std::min(points_a_pixel, longest_page / std::max(figure.size.width, figure.size.height));
    std::vector<std::uint8_t> bytes;
    const Surface page(cairo_pdf_surface_create_for_stream(append, &bytes, scale * figure.size.width,
                                                           scale * figure.size.height));
    // Without a date, which would be another each time.
    cairo_pdf_surface_set_metadata(page.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
    const Context context(cairo_create(page.get()));
    cairo_scale(context.get(), scale, scale);
    paint(context.get(), FigureBox{{{0, 0}, figure.size}, 0, paper});
    for (FigurePicture& picture : figure.pictures) {
        paint_picture(context.get(), picture);
        picture.pixels.release();
    }
    for (const FigureShape& shape : figure.shapes) paint(context.get(), shape);
    require_success(cairo_status(context.get()));
    cairo_surface_finish(page.get());
    require_success(cairo_surface_status(page.get()));
    return bytes;
}

}  // namespace glimpse
