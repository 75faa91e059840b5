#include "figures/module/painting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <new>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "figures/module/functions.hpp"
#include "figures/module/missing_letters.hpp"
#include "figures/module/shaping.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/error.hpp"
#include "maps/overloaded.hpp"

namespace glimpse {

namespace {

void paint_outline(cairo_t* context, const FigureOutline& outline) {
    const std::vector<Point> polygon = visible_part(outline);
    if (polygon.empty()) return;
    cairo_save(context);
    const cv::Rect& within = outline.within;
    cairo_rectangle(context, within.x, within.y, within.width, within.height);
    cairo_clip(context);
    for (const Point& point : polygon) cairo_line_to(context, point.x, point.y);
    cairo_close_path(context);
    cairo_set_miter_limit(context, miter_limit);
    cairo_set_line_width(context, outline.width);
    set_colour(context, outline.colour);
    if (outline.dash > 0) cairo_set_dash(context, &outline.dash, 1, 0);
    cairo_stroke(context);
    cairo_restore(context);
}

void paint_box(cairo_t* context, const FigureBox& box) {
    constexpr double quarter = std::numbers::pi / 2;
    const double r = box.radius;
    const double left = box.place.x;
    const double top = box.place.y;
    const double right = left + box.place.width;
    const double bottom = top + box.place.height;
    cairo_new_path(context);
    cairo_arc(context, right - r, top + r, r, -quarter, 0);
    cairo_arc(context, right - r, bottom - r, r, 0, quarter);
    cairo_arc(context, left + r, bottom - r, r, quarter, 2 * quarter);
    cairo_arc(context, left + r, top + r, r, 2 * quarter, 3 * quarter);
    cairo_close_path(context);
    set_colour(context, box.colour);
    cairo_fill(context);
}

/// The pixels that a shape may touch.
cv::Rect touched(const FigureShape& shape) {
    return std::visit(overloaded{[](const FigureOutline& outline) {
                                     const std::vector<Point> polygon = visible_part(outline);
                                     if (polygon.empty()) return cv::Rect();
                                     const auto [left, top, right, bottom] = extent(polygon);
                                     const double beyond = miter_limit * outline.width;
                                     const cv::Point low(static_cast<int>(std::floor(left - beyond)),
                                                         static_cast<int>(std::floor(top - beyond)));
                                     const cv::Point high(static_cast<int>(std::ceil(right + beyond)),
                                                          static_cast<int>(std::ceil(bottom + beyond)));
                                     return cv::Rect(low, high) & outline.within;
                                 },
                                 [](const FigureBox& box) { return box.place; },
                                 [](const FigureLettering& lettering) {
                                     // Letters may lean over the ends of their line.
                                     const int letter = lettering.letter;
                                     const int width = text_width(lettering.line.text, letter);
                                     return cv::Rect(lettering.line.position - cv::Point(letter, letter),
                                                     cv::Size(width + 2 * letter, 3 * letter));
                                 }},
                      shape);
}

void copy_in(const cv::Mat& pixels, cairo_surface_t* surface) {
    cairo_surface_flush(surface);
    std::uint8_t* const data = cairo_image_surface_get_data(surface);
    const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < pixels.rows; ++y) {
        auto* out = reinterpret_cast<std::uint32_t*>(data + y * stride);
        const auto* in = pixels.ptr<cv::Vec3b>(y);
        for (int x = 0; x < pixels.cols; ++x) {
            out[x] = std::uint32_t{in[x][0]} << 16 | std::uint32_t{in[x][1]} << 8 | in[x][2];
        }
    }
    cairo_surface_mark_dirty(surface);
}

void copy_out(cairo_surface_t* surface, cv::Mat& pixels) {
    cairo_surface_flush(surface);
    const std::uint8_t* const data = cairo_image_surface_get_data(surface);
    const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* in = reinterpret_cast<const std::uint32_t*>(data + y * stride);
        auto* out = pixels.ptr<cv::Vec3b>(y);
        for (int x = 0; x < pixels.cols; ++x) {
            out[x] = {static_cast<std::uint8_t>(in[x] >> 16), static_cast<std::uint8_t>(in[x] >> 8),
                      static_cast<std::uint8_t>(in[x])};
        }
    }
}

/// Draws the shapes of which any part lies in a tile.
void paint_tile(cv::Mat& canvas, cv::Rect tile, const std::vector<FigureShape>& shapes,
                const std::vector<cv::Rect>& places) {
    const auto is_touched = [&](const cv::Rect& place) { return !(place & tile).empty(); };
    if (std::ranges::none_of(places, is_touched)) return;
    cv::Mat part = canvas(tile);
    const Surface surface = surface_of(part);
    const Context context(cairo_create(surface.get()));
    cairo_translate(context.get(), -tile.x, -tile.y);
    for (std::size_t k = 0; k < shapes.size(); ++k) {
        if (is_touched(places[k])) paint(context.get(), shapes[k]);
    }
    require_success(cairo_status(context.get()));
    copy_out(surface.get(), part);
}

/// Cairo has four bytes a pixel, and a longest side: it gets the canvas in tiles.
void paint_shapes(cv::Mat& canvas, const std::vector<FigureShape>& shapes) {
    constexpr int side = 1024;
    const cv::Rect all({0, 0}, canvas.size());
    std::vector<cv::Rect> places;
    places.reserve(shapes.size());
    for (const FigureShape& shape : shapes) places.push_back(touched(shape));
    for (int y = 0; y < canvas.rows; y += side) {
        for (int x = 0; x < canvas.cols; x += side) {
            paint_tile(canvas, cv::Rect(x, y, side, side) & all, shapes, places);
        }
    }
}

/// Whether a picture is all there is below the shapes, and nobody else has its pixels.
bool is_canvas(const Figure& figure) {
    if (figure.pictures.size() != 1) return false;
    const FigurePicture& only = figure.pictures.front();
    return only.place == cv::Rect({0, 0}, figure.size) && only.pixels.size() == figure.size &&
           only.pixels.u != nullptr && only.pixels.u->refcount == 1;
}

}  // namespace

void require_success(cairo_status_t status) {
    if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
    if (status != CAIRO_STATUS_SUCCESS) {
        throw Error("figures", std::string("Cairo cannot draw one: ") + cairo_status_to_string(status));
    }
}

Surface surface_of(const cv::Mat& pixels) {
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels.cols, pixels.rows));
    require_success(cairo_surface_status(surface.get()));
    copy_in(pixels, surface.get());
    return surface;
}

cv::Mat in_place(const FigurePicture& picture) {
    const cv::Size size = picture.place.size();
    if (picture.pixels.size() == size) return picture.pixels;
    cv::Mat enlarged;
    cv::resize(picture.pixels, enlarged, size, 0, 0, cv::INTER_NEAREST);
    return enlarged;
}

void set_colour(cairo_t* context, const cv::Vec3b& colour) {
    cairo_set_source_rgb(context, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

void paint(cairo_t* context, const FigureShape& shape) {
    std::visit(overloaded{[&](const FigureOutline& outline) { paint_outline(context, outline); },
                          [&](const FigureBox& box) { paint_box(context, box); },
                          [&](const FigureLettering& lettering) {
                              const FigureText& line = lettering.line;
                              ShapedText(line.text, lettering.letter)
                                  .show(context, line.position, lettering.letter, lettering.colour);
                          }},
               shape);
}

namespace figures {

cv::Mat drawn(Figure figure) {
    note_letters_without_font(figure);
    cv::Mat canvas = is_canvas(figure) ? std::move(figure.pictures.front().pixels)
                                       : cv::Mat(figure.size, CV_8UC3, cv::Scalar(paper));
    for (FigurePicture& picture : figure.pictures) {
        if (!picture.pixels.empty()) in_place(picture).copyTo(canvas(picture.place));
        picture.pixels.release();
    }
    paint_shapes(canvas, figure.shapes);
    return canvas;
}

}  // namespace figures

}  // namespace glimpse
