#include <algorithm>
#include <cmath>

#include "figures/module/captions.hpp"
#include "figures/module/colorbar.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

constexpr int smallest_letter = 9;
constexpr double smallest_captioned_share =
    64;  ///< side of a thumbnail's share of the room, from which on it has a caption
constexpr int smallest_share = 32;  ///< lower bound of that side, in pixels
constexpr int most_in_a_row = 32;   ///< bound of the thumbnails along a square room

double side(cv::Size room) {
    return std::sqrt(double(room.width) * room.height);
}

/// The room for the glimpses: as large as the picture would be at the least legible size, but no side below a
/// quarter of the other.
cv::Size room_beside(cv::Size picture, std::size_t glimpses) {
    const int longest = std::max({1, picture.width, picture.height});
    const int times = std::max(1, static_cast<int>(std::ceil(legible_side(glimpses) / longest)));
    picture *= times;
    return {std::max(picture.width, picture.height / 4), std::max(picture.height, picture.width / 4)};
}

/// How many thumbnails fit, and whether a footnote must say that there are more.
struct Capacity {
    cv::Size room;  ///< for the thumbnails
    std::size_t thumbnails;
    int remark_letter;  ///< 0: no remark
};

Capacity capacity(cv::Size room, std::size_t glimpses) {
    const int share = std::max(smallest_share, static_cast<int>(side(room)) / most_in_a_row);
    const auto places = [&](int height) {
        return std::max<std::size_t>(1, std::size_t(room.width / share) * std::size_t(height / share));
    };
    if (glimpses <= places(room.height)) return {.room = room, .thumbnails = glimpses, .remark_letter = 0};
    const int letter = std::max(smallest_letter, drawing_sizes(room).letter * 2 / 3);
    const cv::Size above{room.width, room.height - 2 * letter};
    return {.room = above, .thumbnails = places(above.height), .remark_letter = letter};
}

/// The spacing of a panel, in pixels.
struct Spacing {
    int letter;   ///< cap height of the captions; 0: none
    int margin;   ///< around the figure, and between its halves
    int gap;      ///< between glimpses
    int frame;    ///< a glimpse's frame, its casing included
    int caption;  ///< rows below a glimpse
};

/// The side of the square of the room that each glimpse has.
double share_among(cv::Size room, std::size_t glimpses) {
    return side(room) / std::sqrt(double(std::max<std::size_t>(1, glimpses)));
}

/// In proportion to the room, and less the more glimpses share it.
Spacing spacing_among(cv::Size room, std::size_t glimpses, bool with_captions) {
    const double share = share_among(room, glimpses);
    const DrawingSizes sizes = drawing_sizes(room);
    const int letter = std::clamp(static_cast<int>(share / 8), smallest_letter, sizes.letter);
    const int frame = std::min(sizes.line, std::max(2, letter / 5)) + 1;
    if (!with_captions) {
        return {.letter = 0,
                .margin = 2 * letter,
                .gap = static_cast<int>(share / 8),
                .frame = frame,
                .caption = 0};
    }
    return {.letter = letter,
            .margin = 2 * letter,
            .gap = letter + letter / 4,
            .frame = frame,
            .caption = 2 * letter};
}

/// A grid of equal cells, each as large as the largest glimpse needs.
struct Grid {
    int columns = 0;
    int rows = 0;
    cv::Size cell;                ///< of a glimpse, without frame and caption
    std::vector<cv::Size> sizes;  ///< of the glimpses as they are shown
};

class Thumbnails {
  public:
    /// `full_rows` drops an incomplete last row.
    Thumbnails(cv::Size room, std::span<const PanelEntry> glimpses, bool full_rows)
        : room_(room), glimpses_(glimpses) {
        const bool with_captions = share_among(room, glimpses.size()) >= smallest_captioned_share;
        if (!with_captions || !lay_out_with_captions()) lay_out_without();
        if (!full_rows || grid_.rows < 2) return;
        grid_.rows = static_cast<int>(glimpses.size()) / grid_.columns;
        glimpses_ = glimpses.first(std::size_t(grid_.rows) * std::size_t(grid_.columns));
    }

    [[nodiscard]] std::size_t count() const { return glimpses_.size(); }

    [[nodiscard]] cv::Size size() const { return size(grid_); }
    [[nodiscard]] const Spacing& space() const { return space_; }

    void place(PanelLayout& layout, cv::Point origin) const {
        const cv::Size pitch = this->pitch(grid_);
        const std::vector<std::string> captions = captions_of(glimpses_, space_.letter, grid_.cell.width);
        for (std::size_t k = 0; k < glimpses_.size(); ++k) {
            const int index = static_cast<int>(k);
            const cv::Point cell = origin + cv::Point(index % grid_.columns * pitch.width + space_.frame,
                                                      index / grid_.columns * pitch.height + space_.frame);
            const cv::Size slack = grid_.cell - grid_.sizes[k];
            // A row's captions stand on one line, close to their glimpses.
            const int above = space_.letter == 0 ? slack.height / 2 : slack.height;
            layout.thumbnails.emplace_back(cell + cv::Point(slack.width / 2, above), grid_.sizes[k]);
            layout.colours.push_back(glimpses_[k].colour.value_or(k));
            if (space_.letter == 0) continue;
            const cv::Point below{cell.x, cell.y + grid_.cell.height + space_.frame};
            layout.captions.push_back(caption_below(captions[k], space_.letter, below, grid_.cell.width));
        }
    }

  private:
    /// Whether there is room for captions that tell the glimpses apart.
    bool lay_out_with_captions() {
        space_ = spacing_among(room_, glimpses_.size(), true);
        for (const PanelEntry& entry : glimpses_) {
            caption_widths_.push_back(text_width(entry.label, space_.letter) + 2);
        }
        if (caption_widths_.empty()) return false;
        const int least =
            std::min(std::ranges::max(caption_widths_), telling_width(glimpses_.size(), space_.letter));
        std::vector<Grid> grids = fitting_grids();
        constexpr double too_small = 0.5;
        const double largest = largest_extent(grids);
        std::erase_if(grids, [&](const Grid& grid) {
            return grid.cell.width < least || extent(grid) < too_small * largest;
        });
        if (grids.empty()) return false;
        grid_ = best_of(std::move(grids));
        return true;
    }

    void lay_out_without() {
        space_ = spacing_among(room_, glimpses_.size(), false);
        caption_widths_.clear();
        grid_ = best_of(fitting_grids());
    }

    /// All that fit, or where none does, all.
    [[nodiscard]] std::vector<Grid> fitting_grids() const {
        std::vector<Grid> grids;
        const int count = static_cast<int>(glimpses_.size());
        // Among many columns, one more or less is not noticed.
        for (int columns = 1; columns <= count; columns += 1 + columns / 32) {
            grids.push_back(grid(columns, ceil_div(count, columns)));
        }
        const auto too_large = [&](const Grid& grid) { return !fits(grid); };
        if (!std::ranges::all_of(grids, too_large)) std::erase_if(grids, too_large);
        return grids;
    }

    /// The narrowest of the grids whose glimpses are nearly as large as possible.
    [[nodiscard]] Grid best_of(std::vector<Grid> grids) const {
        constexpr double nearly = 0.85;
        if (grids.empty()) return {};
        const double largest = largest_extent(grids);
        std::erase_if(grids, [&](const Grid& grid) { return extent(grid) < nearly * largest; });
        return std::ranges::min(grids, {}, [&](const Grid& grid) { return size(grid).width; });
    }

    [[nodiscard]] bool fits(const Grid& grid) const {
        const cv::Size size = this->size(grid);
        return size.width <= room_.width && size.height <= room_.height;
    }

    [[nodiscard]] cv::Size size(const Grid& grid) const {
        if (grid.sizes.empty()) return {0, 0};
        const cv::Size pitch = this->pitch(grid);
        return {grid.columns * pitch.width - space_.gap, grid.rows * pitch.height - space_.gap};
    }

    /// What the grid maximises: the sum of the glimpses' sides.
    static double extent(const Grid& grid) {
        double sum = 0;
        for (const cv::Size& size : grid.sizes) sum += side(size);
        return sum;
    }

    static double largest_extent(const std::vector<Grid>& grids) {
        double largest = 0;
        for (const Grid& grid : grids) largest = std::max(largest, extent(grid));
        return largest;
    }

    /// From one cell to the next.
    [[nodiscard]] cv::Size pitch(const Grid& grid) const {
        return {grid.cell.width + 2 * space_.frame + space_.gap,
                grid.cell.height + 2 * space_.frame + space_.caption + space_.gap};
    }

    [[nodiscard]] Grid grid(int columns, int rows) const {
        const auto share = [](int length, int parts, int around, int gap) {
            return std::max(1, (length + gap) / parts - gap - around);
        };
        const cv::Size room{share(room_.width, columns, 2 * space_.frame, space_.gap),
                            share(room_.height, rows, 2 * space_.frame + space_.caption, space_.gap)};
        Grid grid{.columns = columns, .rows = rows, .cell = {1, 1}, .sizes = {}};
        for (const PanelEntry& entry : glimpses_) {
            const cv::Size size = shown_size(entry.size, room);
            grid.cell = {std::max(grid.cell.width, size.width), std::max(grid.cell.height, size.height)};
            grid.sizes.push_back(size);
        }
        // A caption may be wider than its glimpse, but not than its share of the figure.
        for (const int width : caption_widths_) {
            grid.cell.width = std::max(grid.cell.width, std::min(room.width, width));
        }
        return grid;
    }

    cv::Size room_;
    std::span<const PanelEntry> glimpses_;
    Spacing space_{};
    std::vector<int> caption_widths_;  ///< empty where there are no captions
    Grid grid_;
};

}  // namespace

namespace figures {

PanelLayout lay_out_panel(cv::Size overlay, std::span<const PanelEntry> glimpses,
                          const std::optional<Colorbar>& colorbar) {
    PanelLayout layout;
    layout.colorbar = colorbar;
    const Capacity capacity = glimpse::capacity(room_beside(overlay, glimpses.size()), glimpses.size());
    const Thumbnails thumbnails(capacity.room, glimpses.first(capacity.thumbnails),
                                capacity.remark_letter > 0);
    layout.left_out = glimpses.size() - thumbnails.count();
    layout.remark_letter = capacity.remark_letter;
    if (layout.left_out > 0) layout.remark.text = "and " + std::to_string(layout.left_out) + " more";

    const cv::Size grid = thumbnails.size();
    const int remark_width = text_width(layout.remark.text, layout.remark_letter);
    const cv::Size right{std::max(grid.width, remark_width), grid.height + 2 * layout.remark_letter};
    const ColorbarRoom bar = colorbar ? colorbar_room(*colorbar, overlay) : ColorbarRoom{};
    const int margin = thumbnails.space().margin;
    const int height = std::max({overlay.height, right.height, bar.least_high});
    const int width = overlay.width + bar.width + (glimpses.empty() ? 0 : margin + right.width);
    layout.figure = {width + 2 * margin, height + 2 * margin};
    layout.overlay = {{margin, margin + (height - overlay.height) / 2}, overlay};
    layout.letter = thumbnails.space().letter;
    layout.frame = thumbnails.space().frame;
    const cv::Point origin{2 * margin + overlay.width + bar.width, margin + (height - right.height) / 2};
    thumbnails.place(layout, origin);
    layout.remark.position = {origin.x, origin.y + grid.height + layout.remark_letter};
    return layout;
}

}  // namespace figures

}  // namespace glimpse
