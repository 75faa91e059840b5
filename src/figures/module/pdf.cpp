#include <cairo-pdf.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "figures/module/alike.hpp"
#include "figures/module/encoding.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/painting.hpp"
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

/// A picture's pixels, in parts of a size that Cairo takes.
struct Part {
    Surface surface;
    cv::Point position;  ///< in the picture's place
};

void paint_part(cairo_t* context, const Part& part, cv::Point place) {
    const cv::Point position = place + part.position;
    cairo_set_source_surface(context, part.surface.get(), position.x, position.y);
    // Readers are not to smooth them.
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST);
    cairo_paint(context);
}

/// Enlarged here, since readers smooth what they enlarge a little, whatever the file says.
std::vector<Part> parts_of(const FigurePicture& picture) {
    std::vector<Part> parts;
    if (picture.pixels.empty()) return parts;
    const cv::Mat pixels = in_place(picture);
    const cv::Rect all({0, 0}, pixels.size());
    for (int y = 0; y < all.height; y += longest_side) {
        for (int x = 0; x < all.width; x += longest_side) {
            const cv::Rect part = cv::Rect(x, y, longest_side, longest_side) & all;
            parts.push_back({surface_of(pixels(part)), part.tl()});
        }
    }
    return parts;
}

/// Each with the same pixels once: Cairo embeds a surface once, however often it is painted. The pixels go
/// as soon as they are painted.
void paint_pictures(cairo_t* context, std::vector<FigurePicture>& pictures) {
    const std::vector<std::size_t> first = first_alike(pictures);
    std::map<std::size_t, std::vector<Part>> shown_again;
    for (std::size_t k = 0; k < pictures.size(); ++k) {
        const auto kept = shown_again.find(first[k]);
        std::vector<Part> own;
        if (kept == shown_again.end()) own = parts_of(pictures[k]);
        pictures[k].pixels.release();
        for (const Part& part : kept == shown_again.end() ? own : kept->second) {
            paint_part(context, part, pictures[k].place.tl());
        }
        if (first[k] == k && is_shown_again(first, k)) shown_again.emplace(k, std::move(own));
    }
}

}  // namespace

std::vector<std::uint8_t> pdf_of(Figure figure) {
    const double scale =
        std::min(points_a_pixel, longest_page / std::max(figure.size.width, figure.size.height));
    std::vector<std::uint8_t> bytes;
    const Surface page(cairo_pdf_surface_create_for_stream(append, &bytes, scale * figure.size.width,
                                                           scale * figure.size.height));
    // What every reader, and pdfTeX without a warning, takes, whichever version is Cairo's own.
    cairo_pdf_surface_restrict_to_version(page.get(), CAIRO_PDF_VERSION_1_4);
    // Without a date, which would be another each time.
    cairo_pdf_surface_set_metadata(page.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
    const Context context(cairo_create(page.get()));
    cairo_scale(context.get(), scale, scale);
    paint(context.get(), FigureBox{{{0, 0}, figure.size}, 0, paper});
    paint_pictures(context.get(), figure.pictures);
    for (const FigureShape& shape : figure.shapes) paint(context.get(), shape);
    require_success(cairo_status(context.get()));
    cairo_surface_finish(page.get());
    require_success(cairo_surface_status(page.get()));
    return bytes;
}

}  // namespace glimpse
