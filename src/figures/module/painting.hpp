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

/// A surface with these pixels, 8-bit RGB, of up to 32767 a side. Throws likewise.
Surface surface_of(const cv::Mat& pixels);

/// Draws a shape.
void paint(cairo_t* context, const FigureShape& shape);

}  // namespace glimpse
