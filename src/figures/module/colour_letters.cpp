#include "figures/module/colour_letters.hpp"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "figures/module/painting.hpp"

namespace glimpse {

namespace {

/// A run as a picture. `left`, `top`: from the point where it begins on its baseline, in pixels of the run's
/// size.
struct RunPicture {
    Surface surface;
    double left = 0;
    double top = 0;
};

/// Enlarged `times` times, on nothing, with letters without colours in black.
RunPicture picture_of(const char* text, PangoGlyphItem& run, double times) {
    PangoRectangle inked;
    pango_glyph_string_extents(run.glyphs, run.item->analysis.font, &inked, nullptr);
    const auto pixels = [](int units) { return double(units) / PANGO_SCALE; };
    constexpr double margin = 1;
    RunPicture picture{.surface = nullptr, .left = pixels(inked.x) - margin, .top = pixels(inked.y) - margin};
    const auto side = [&](int length) {
        return std::clamp(static_cast<int>(std::ceil((pixels(length) + 2 * margin) * times)), 1,
                          longest_side);
    };
    picture.surface.reset(
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side(inked.width), side(inked.height)));
    require_success(cairo_surface_status(picture.surface.get()));
    const Context context(cairo_create(picture.surface.get()));
    cairo_scale(context.get(), times, times);
    cairo_move_to(context.get(), -picture.left, -picture.top);
    pango_cairo_show_glyph_item(context.get(), text, &run);
    require_success(cairo_status(context.get()));
    cairo_surface_flush(picture.surface.get());
    return picture;
}

}  // namespace

bool has_own_colours(const char* text, PangoGlyphItem& run) {
    const RunPicture picture = picture_of(text, run, 1);
    cairo_surface_t* const surface = picture.surface.get();
    const std::uint8_t* const data = cairo_image_surface_get_data(surface);
    const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface);
    constexpr std::uint32_t colours = 0xFFFFFF;
    for (int y = 0; y < cairo_image_surface_get_height(surface); ++y) {
        const auto* const row = reinterpret_cast<const std::uint32_t*>(data + y * stride);
        const auto is_coloured = [](std::uint32_t pixel) { return (pixel & colours) != 0; };
        if (std::any_of(row, row + cairo_image_surface_get_width(surface), is_coloured)) return true;
    }
    return false;
}

void paint_finely(cairo_t* context, const char* text, PangoGlyphItem& run) {
    constexpr double finest = 128;  // pixels of an em: of the bitmaps of the usual fonts
    PangoFontDescription* const font = pango_font_describe(run.item->analysis.font);
    const double em = double(pango_font_description_get_size(font)) / PANGO_SCALE;
    pango_font_description_free(font);
    const double times = std::max(1.0, finest / std::max(em, 1.0));
    const RunPicture picture = picture_of(text, run, times);
    double x = 0;
    double y = 0;
    cairo_get_current_point(context, &x, &y);
    cairo_save(context);
    cairo_translate(context, x + picture.left, y + picture.top);
    cairo_scale(context, 1 / times, 1 / times);
    cairo_set_source_surface(context, picture.surface.get(), 0, 0);
    cairo_paint(context);
    cairo_restore(context);
}

}  // namespace glimpse
