#pragma once

#include <cstddef>

// Sheets: all glimpses of an image, or of a run, in one figure, row by row in their order, each with its
// label below.

namespace glimpse {

/// What the cells of a sheet show: the glimpses themselves, the attention of each on the image, that
/// attention alone in the colours of the colour map, or the attention on the image and beside it the glimpse.
enum class SheetContent { none, glimpses, overlays, maps, pairs };

/// Whether cells show the attention of a glimpse on the image.
constexpr bool shows_overlays(SheetContent content) {
    return content == SheetContent::overlays || content == SheetContent::pairs;
}

/// Whether cells show the glimpses themselves.
constexpr bool shows_glimpses(SheetContent content) {
    return content == SheetContent::glimpses || content == SheetContent::pairs;
}

/// The pictures that stand side by side in a cell.
constexpr std::size_t pictures_of_cell(SheetContent content) {
    return content == SheetContent::pairs ? 2 : 1;
}

/// The most glimpses of a figure; those that follow are on further pages.
inline constexpr std::size_t most_cells_of_page = 256;

/// The longer side of a cell in pixels.
inline constexpr int least_cell_size = 32;
inline constexpr int greatest_cell_size = 1024;
/// Smaller cells have no captions.
inline constexpr int least_captioned_cell = 64;

/// How an image's sheet is made.
struct SheetOptions {
    SheetContent content = SheetContent::none;
    /// ≥ 0; 0: one row of up to 8 pictures, or as many as make it about twice as wide as high.
    int columns = 0;
    /// Of each picture in a cell, in pixels, `least_cell_size` ≤ cell size ≤ `greatest_cell_size`: what is
    /// smaller is enlarged by the greatest whole factor that fits; what is larger is shrunk to it.
    int cell_size = 256;
    /// One sheet of all images, OUT/sheet.png, once they are done, rather than one of each.
    bool over_run = false;
};

/// The figures that so many glimpses take: ⌈n / `most_cells_of_page`⌉.
constexpr std::size_t pages_of_sheet(std::size_t glimpses) {
    return (glimpses + most_cells_of_page - 1) / most_cells_of_page;
}

}  // namespace glimpse
