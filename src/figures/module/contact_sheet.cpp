#include "figures/contact_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "figures/module/functions.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/sheet.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

// Longer sides of cells and of the sheet, in pixels.
constexpr int smallest_cell = 32;
constexpr int largest_sheet = 4096;

constexpr int remark_letter = 12;
constexpr double aspect_ratio = 2;  ///< width per height of a sheet of several rows
constexpr int one_row = 8;          ///< up to as many pictures form a single row
const cv::Vec3b hairline{190, 190, 190};

/// The spacing of a sheet, in pixels.
struct Cells {
    cv::Size picture;  ///< the room of each in a cell, without its hairline
    int pictures;      ///< side by side in a cell
    cv::Size cell;     ///< without the outer hairlines
    cv::Size pitch;
    int gap;
    int margin;
    int letter;  ///< 0: no captions
};

/// From a picture of a cell to the next, beside the width of its room: closer than cells are to each other.
constexpr int between_pictures = 4;

/// Cells for so many pictures each of up to that size, whose longer side is about `side` pixels; `widest`: of
/// the labels, in cap heights.
Cells cells_of(cv::Size picture, int side, double widest, int pictures = 1) {
    Cells cells{};
    cells.picture = picture;
    cells.pictures = pictures;
    const auto side_by_side = [&](int width) {
        return pictures * (width + between_pictures) - between_pictures;
    };
    cells.cell = {side_by_side(picture.width), picture.height};
    // From the smallest legible letters on, and in large cells in proportion to them.
    cells.letter = side < least_captioned_cell ? 0 : std::max(std::clamp(side / 10, 9, 12), side / 32);
    if (cells.letter > 0) {
        const int caption =
            std::min(side_by_side(side), static_cast<int>(std::ceil(widest * cells.letter)) + 2);
        cells.cell.width = std::max(cells.cell.width, caption);
    }
    if (pictures == 1) cells.picture = cells.cell;
    const int gap = std::max(2, side / 16);
    cells.gap = pictures * gap;
    cells.margin = std::max(10, 2 * gap);
    cells.pitch = cells.cell + cv::Size(2 + cells.gap, 2 + cells.gap + 2 * cells.letter);
    return cells;
}

/// The lengths at which the largest glimpse may be shown, in descending order: whole enlargements, then
/// reductions.
std::vector<int> sides_of(cv::Size greatest, int largest_cell) {
    const int longest = std::max(greatest.width, greatest.height);
    std::vector<int> sides;
    for (int factor = largest_cell / longest; factor >= 1 && factor * longest >= smallest_cell; --factor) {
        sides.push_back(factor * longest);
    }
    for (int side = std::min(largest_cell, longest - 1); side >= smallest_cell; --side) sides.push_back(side);
    if (sides.empty()) sides.push_back(largest_cell / longest * longest);  // cells that are small already
    return sides;
}

int most_along(int room, int pitch, const Cells& cells) {
    return std::max(1, (room - 2 * cells.margin + cells.gap) / pitch);
}

/// The grid for that many cells, its last row nearly full, of up to `most` columns.
cv::Size grid_of(const Cells& cells, std::size_t count, double most) {
    const double n = double(count);
    const double wanted = std::ceil(std::sqrt(aspect_ratio * n * cells.pitch.height / cells.pitch.width));
    const double in_one_row = std::floor(double(one_row) / cells.pictures);
    const double rows = std::ceil(n / std::min({std::max(wanted, in_one_row), most, n}));
    return {static_cast<int>(std::ceil(n / rows)), static_cast<int>(rows)};
}

cv::Size size_of(const Cells& cells, cv::Size grid) {
    return {grid.width * cells.pitch.width - cells.gap + 2 * cells.margin,
            grid.height * cells.pitch.height - cells.gap + 2 * cells.margin};
}

/// The rows below the cells that the footnote takes.
constexpr int remark_rows = 2 * remark_letter;

/// Says below the cells that not all glimpses are shown.
void add_remark(ContactSheetLayout& layout, const Cells& cells, std::string remark) {
    layout.remark_letter = remark_letter;
    layout.remark = {std::move(remark), {cells.margin, layout.sheet.height - cells.margin + remark_letter}};
    layout.sheet.height += remark_rows;
}

/// Makes each row as high as its highest picture.
void close_up(ContactSheetLayout& layout, const Cells& cells, int columns) {
    const auto in_row = static_cast<std::size_t>(columns) * static_cast<std::size_t>(cells.pictures);
    int up = 0;
    for (std::size_t begin = 0; begin < layout.thumbnails.size(); begin += in_row) {
        const std::size_t end = std::min(begin + in_row, layout.thumbnails.size());
        const std::span<cv::Rect> row(&layout.thumbnails[begin], end - begin);
        const int slack = cells.cell.height - std::ranges::max(row, {}, &cv::Rect::height).height;
        // Above captions pictures stand on one line, and else about one.
        const int above = cells.letter > 0 ? slack : slack / 2;
        for (cv::Rect& thumbnail : row) thumbnail.y -= up + above;
        up += slack;
        if (cells.letter == 0) continue;
        const auto pictures = static_cast<std::size_t>(cells.pictures);
        for (std::size_t k = begin / pictures; k < end / pictures; ++k) layout.captions[k].position.y -= up;
    }
    layout.sheet.height -= up;
    layout.cells.height -= up;
}

/// Of every step-th cell, those that are shown.
ContactSheetLayout laid_out(const Cells& cells, cv::Size grid, std::span<const PanelEntry> pictures,
                            std::size_t step) {
    ContactSheetLayout layout;
    layout.sheet = size_of(cells, grid);
    layout.step = step;
    layout.letter = cells.letter;
    layout.cell_height = cells.cell.height;
    const auto in_cell = static_cast<std::size_t>(cells.pictures);
    std::vector<PanelEntry> labelled;
    for (std::size_t k = 0; k < pictures.size(); k += step * in_cell) labelled.push_back(pictures[k]);
    const std::vector<std::string> captions = captions_of(labelled, cells.letter, cells.cell.width);
    const int pitch_in_cell = cells.picture.width + between_pictures;
    // What captions widen a cell by lies on both sides of its pictures.
    const int beside = (cells.cell.width + between_pictures - cells.pictures * pitch_in_cell) / 2;
    for (std::size_t number = 0; number < labelled.size(); ++number) {
        const int n = static_cast<int>(number);
        const cv::Point corner{cells.margin + n % grid.width * cells.pitch.width,
                               cells.margin + n / grid.width * cells.pitch.height};
        const cv::Rect cell(corner + cv::Point(1, 1), cells.cell);
        layout.cells |= cell;
        for (std::size_t k = 0; k < in_cell; ++k) {
            const cv::Point left(beside + static_cast<int>(k) * pitch_in_cell, 0);
            const cv::Size shown = shown_size(pictures[step * number * in_cell + k].size, cells.picture);
            const cv::Rect room(cell.tl() + left, cells.picture);
            layout.thumbnails.push_back(centred(shown, room));
            // Those of a pair meet in its middle.
            if (in_cell > 1) layout.thumbnails.back().x = k == 0 ? room.br().x - shown.width : room.x;
            if (cells.letter == 0) continue;
            cv::Rect& above_caption = layout.thumbnails.back();
            above_caption.y = cell.br().y - above_caption.height;
        }
        if (cells.letter == 0) continue;
        layout.captions.push_back(
            caption_below(captions[number], cells.letter, {cell.x, cell.br().y + 1}, cells.cell.width));
    }
    close_up(layout, cells, grid.width);
    if (step == 1) return layout;
    add_remark(layout, cells,
               "1 of every " + std::to_string(step) + " of " + std::to_string(pictures.size()) + " glimpses");
    return layout;
}

/// Every step-th glimpse, of the smallest step whose glimpses fit.
ContactSheetLayout laid_out_subsampled(const Cells& cells, std::span<const PanelEntry> glimpses) {
    const int columns = most_along(largest_sheet, cells.pitch.width, cells);
    const int rows = most_along(largest_sheet - remark_rows, cells.pitch.height, cells);
    const std::size_t most = std::size_t(columns) * std::size_t(rows);
    const std::size_t step = ceil_div(glimpses.size(), most);
    const std::size_t shown = ceil_div(glimpses.size(), step);
    const int needed = static_cast<int>(ceil_div(shown, std::size_t(columns)));
    return laid_out(cells, {columns, needed}, glimpses, step);
}

/// What cells must be large enough for.
struct Greatest {
    cv::Size picture{1, 1};
    double label = 0;  ///< width in cap heights
};

Greatest greatest_of(std::span<const PanelEntry> entries) {
    constexpr int measured = 12;  // other cap heights have their share of the width
    Greatest greatest;
    cv::Size& size = greatest.picture;
    for (const PanelEntry& entry : entries) {
        size = {std::max(size.width, entry.size.width), std::max(size.height, entry.size.height)};
        greatest.label = std::max(greatest.label, double(text_width(entry.label, measured)) / measured);
    }
    return greatest;
}

/// That of a cell of a sheet: each picture as large as that side allows, by itself.
cv::Size size_in_cells(std::span<const PanelEntry> entries, int side) {
    const cv::Size room(side, side);
    cv::Size greatest(1, 1);
    for (const PanelEntry& entry : entries) {
        const bool is_enlarged = entry.size.width <= side && entry.size.height <= side;
        const cv::Size size = is_enlarged ? shown_size(entry.size, room) : filling_size(entry.size, room);
        greatest = {std::max(greatest.width, size.width), std::max(greatest.height, size.height)};
    }
    return greatest;
}

}  // namespace

namespace figures {

ContactSheetLayout lay_out_contact_sheet(std::span<const PanelEntry> glimpses, int cell_size) {
    const Greatest greatest = greatest_of(glimpses);
    const std::vector<int> sides = sides_of(greatest.picture, cell_size);
    const int longest = std::max(greatest.picture.width, greatest.picture.height);
    const auto cells_with = [&](int side) {
        // Where no greater whole enlargement has room, cells are as large as they were asked for.
        const bool is_greatest = side >= longest && side + longest > cell_size;
        return cells_of(filling_size(greatest.picture, {side, side}), is_greatest ? cell_size : side,
                        greatest.label);
    };
    for (const int side : sides) {
        const Cells cells = cells_with(side);
        const int most = most_along(largest_sheet, cells.pitch.width, cells);
        const cv::Size grid = grid_of(cells, glimpses.size(), most);
        if (size_of(cells, grid).height <= largest_sheet) return laid_out(cells, grid, glimpses, 1);
    }
    return laid_out_subsampled(cells_with(sides.back()), glimpses);
}

ContactSheetLayout lay_out_sheet(std::span<const PanelEntry> pictures, const SheetOptions& options,
                                 std::size_t left_out) {
    const Greatest greatest = greatest_of(pictures);
    const int side = options.cell_size;
    const auto in_cell = static_cast<int>(pictures_of_cell(options.content));
    const Cells cells = cells_of(size_in_cells(pictures, side), side, greatest.label, in_cell);
    const int count = static_cast<int>(pictures.size()) / in_cell;
    const int columns = std::min(options.columns, count);
    const cv::Size grid = columns > 0 ? cv::Size(columns, ceil_div(count, columns))
                                      : grid_of(cells, static_cast<std::size_t>(count), count);
    ContactSheetLayout layout = laid_out(cells, grid, pictures, 1);
    if (left_out > 0) add_remark(layout, cells, "and " + std::to_string(left_out) + " more");
    return layout;
}

Figure empty_contact_sheet(const ContactSheetLayout& layout) {
    Figure sheet{.size = layout.sheet, .pictures = {}, .shapes = {}};
    for (const cv::Rect& place : layout.thumbnails) {
        sheet.pictures.push_back({{}, place});
        add_line_around(sheet, place, 1, hairline);
    }
    for (const FigureText& caption : layout.captions) add_text(sheet, caption, layout.letter, ink);
    add_text(sheet, layout.remark, layout.remark_letter, ink);
    return sheet;
}

}  // namespace figures

}  // namespace glimpse
