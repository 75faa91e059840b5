#pragma once

#include <cairo.h>
#include <pango/pango-glyph-item.h>

// Letters that have colours of their own, as emoji do, are bitmaps in most fonts.

namespace glimpse {

/// Whether the letters of a run of that text show other colours than the one that is drawn with.
bool has_own_colours(const char* text, PangoGlyphItem& run);

/// Draws such a run from the context's current point on as a picture of its own, as fine as fonts have them.
/// Cairo would give a PDF one of as many pixels as the page has points there.
void paint_finely(cairo_t* context, const char* text, PangoGlyphItem& run);

}  // namespace glimpse
