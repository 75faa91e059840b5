#pragma once

#include <cairo.h>

#include <memory>
#include <opencv2/core/mat.hpp>

#include "figures/module/drawing.hpp"

// Figures by Cairo.

namespace glimpse {

struct SurfaceRelease {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct ContextRelease {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceRelease>;
using Context = std::unique_ptr<cairo_t, ContextRelease>;

/// Throws `Error`, or `std::bad_alloc`, unless all is well.
void require_success(cairo_status_t status);

/// The most pixels that Cairo takes along a side.
constexpr int longest_side = 32767;
/// Where lines meet more sharply than in 60°, their corner is cut off, for it would reach far.
constexpr double miter_limit = 2;

/// A surface with these pixels, 8-bit RGB, of up to `longest_side` a side. Throws likewise.
Surface surface_of(const cv::Mat& pixels);

/// The picture's pixels in the size of its place: each becomes a square. Shares them where that is theirs.
cv::Mat in_place(const FigurePicture& picture);

/// Sets the colour that is drawn with.
void set_colour(cairo_t* context, const cv::Vec3b& colour);

/// Draws a shape.
void paint(cairo_t* context, const FigureShape& shape);

}  // namespace glimpse
