#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "drawing.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

namespace {

const cv::Vec3b ink{30, 30, 30};

/// The distances of a figure, in pixels.
struct Spacing {
    int margin;   ///< around the figure, and between its halves
    int gap;      ///< between glimpses
    int frame;    ///< a glimpse's frame, its casing included
    int caption;  ///< rows below a glimpse
};

Spacing spacing(const DrawingSizes& sizes) {
    return {2 * sizes.letter, sizes.letter + sizes.letter / 4, sizes.line + 1, 2 * sizes.letter};
}

/// The room for the glimpses: as large as the picture; beside a strip, as large as a figure needs.
cv::Size room_beside(cv::Size picture) {
    return {std::max(picture.width, picture.height / 4), std::max(picture.height, picture.width / 4)};
}

/// In proportion to the figure, and smaller where many glimpses share it.
DrawingSizes sizes_among(cv::Size room, std::size_t glimpses) {
    DrawingSizes sizes = drawing_sizes(room);
    const double share =
        std::sqrt(double(room.area()) / static_cast<double>(std::max<std::size_t>(1, glimpses)));
    sizes.letter = std::clamp(static_cast<int>(share / 8), 9, sizes.letter);
    sizes.line = std::min(sizes.line, std::max(2, sizes.letter / 5));
    return sizes;
}

/// How large a glimpse is shown in a room: enlarged by a whole factor, or shrunk until it fits.
cv::Size shown_size(cv::Size glimpse, cv::Size room) {
    const int factor = std::min(room.width / glimpse.width, room.height / glimpse.height);
    if (factor >= 1) return glimpse * factor;
    const double scale = std::min(double(room.width) / glimpse.width, double(room.height) / glimpse.height);
    return {std::max(1, static_cast<int>(glimpse.width * scale)),
            std::max(1, static_cast<int>(glimpse.height * scale))};
}

cv::Mat shown(const cv::Mat& picture, cv::Size size) {
    if (picture.size() == size) return picture;
    cv::Mat resized;
    const bool larger = size.width >= picture.cols && size.height >= picture.rows;
    cv::resize(picture, resized, size, 0, 0, larger ? cv::INTER_NEAREST : cv::INTER_AREA);
    return resized;
}

/// The glimpses in rows and columns, every cell as large as the largest glimpse needs.
struct Grid {
    int columns = 0;
    int rows = 0;
    cv::Size cell;                ///< of a glimpse, without frame and caption
    std::vector<cv::Size> sizes;  ///< of the glimpses as they are shown
};

class Layout {
  public:
    Layout(cv::Size picture, std::span<const PanelEntry> glimpses)
        : glimpses_(glimpses),
          available_(room_beside(picture)),
          sizes_(sizes_among(available_, glimpses.size())),
          space_(spacing(sizes_)) {}

    /// The tightest of the grids in which the glimpses are nearly as large as they can be.
    [[nodiscard]] Grid best_grid() const {
        constexpr double nearly = 0.85;
        std::vector<Grid> grids;
        double largest = 0;
        const int count = static_cast<int>(glimpses_.size());
        for (int columns = 1; columns <= count; ++columns) {
            grids.push_back(grid(columns, (count + columns - 1) / columns));
            largest = std::max(largest, extent(grids.back()));
        }
        std::erase_if(grids, [&](const Grid& grid) { return extent(grid) < nearly * largest; });
        if (grids.empty()) return {};
        return std::ranges::min(grids, {}, [&](const Grid& grid) { return size(grid).width; });
    }

    [[nodiscard]] cv::Size size(const Grid& grid) const {
        if (grid.sizes.empty()) return {0, 0};
        const cv::Size pitch = this->pitch(grid);
        return {grid.columns * pitch.width - space_.gap, grid.rows * pitch.height - space_.gap};
    }

    void draw(cv::Mat& figure, const Grid& grid, cv::Point origin) const {
        const cv::Size pitch = this->pitch(grid);
        for (std::size_t k = 0; k < glimpses_.size(); ++k) {
            const int index = static_cast<int>(k);
            const cv::Point cell = origin + cv::Point(index % grid.columns * pitch.width + space_.frame,
                                                      index / grid.columns * pitch.height + space_.frame);
            const cv::Size slack = grid.cell - grid.sizes[k];
            draw_glimpse(figure, k, {cell + cv::Point(slack.width / 2, slack.height / 2), grid.sizes[k]});
            draw_caption(figure, k, {cell.x, cell.y + grid.cell.height - slack.height / 2}, grid.cell.width);
        }
    }

    [[nodiscard]] const Spacing& space() const { return space_; }

  private:
    /// How large the glimpses are shown: their sides together.
    static double extent(const Grid& grid) {
        double sum = 0;
        for (const cv::Size& size : grid.sizes) sum += std::sqrt(double(size.width) * size.height);
        return sum;
    }

    /// From one glimpse to the next.
    [[nodiscard]] cv::Size pitch(const Grid& grid) const {
        return {grid.cell.width + 2 * space_.frame + space_.gap,
                grid.cell.height + 2 * space_.frame + space_.caption + space_.gap};
    }

    [[nodiscard]] Grid grid(int columns, int rows) const {
        const auto share = [](int length, int parts, int around, int gap) {
            return std::max(1, (length + gap) / parts - gap - around);
        };
        const cv::Size room{share(available_.width, columns, 2 * space_.frame, space_.gap),
                            share(available_.height, rows, 2 * space_.frame + space_.caption, space_.gap)};
        Grid grid{columns, rows, {1, 1}, {}};
        for (const PanelEntry& entry : glimpses_) {
            const cv::Size size =
                entry.picture.empty() ? cv::Size(1, 1) : shown_size(entry.picture.size(), room);
            // A caption may be wider than its glimpse, but not than its share of the figure.
            const int width =
                std::max(size.width, std::min(room.width, text_width(entry.id, sizes_.letter) + 2));
            grid.cell = {std::max(grid.cell.width, width), std::max(grid.cell.height, size.height)};
            grid.sizes.push_back(size);
        }
        return grid;
    }

    void draw_glimpse(cv::Mat& figure, std::size_t k, cv::Rect place) const {
        const auto around = [&](int width) {
            return cv::Rect(place.x - width, place.y - width, place.width + 2 * width,
                            place.height + 2 * width);
        };
        // The casing lies outside the frame only: nothing comes between the glimpse and its colour.
        figure(around(space_.frame)).setTo(cv::Scalar(casing_colour));
        figure(around(space_.frame - 1)).setTo(cv::Scalar(glimpse_colour(k)));
        if (glimpses_[k].picture.empty()) return;
        shown(glimpses_[k].picture, place.size()).copyTo(figure(place));
    }

    void draw_caption(cv::Mat& figure, std::size_t k, cv::Point below, int width) const {
        const std::string text = fitted(glimpses_[k].id, sizes_.letter, width);
        const int left = below.x + (width - text_width(text, sizes_.letter)) / 2;
        draw_text(figure, text, {left, below.y + space_.frame + (sizes_.letter + 1) / 2}, sizes_.letter, ink);
    }

    std::span<const PanelEntry> glimpses_;
    cv::Size available_;
    DrawingSizes sizes_;
    Spacing space_;
};

}  // namespace

int panel_enlargement(cv::Size overlay, std::size_t glimpses) {
    // Beside many glimpses the picture is larger, so that each of them has room for itself and its id.
    const double wanted = std::max(400.0, 130 * std::sqrt(double(glimpses)));
    const int longest = std::max({1, overlay.width, overlay.height});
    return longest >= wanted ? 1 : static_cast<int>(std::ceil(wanted / longest));
}

cv::Mat panel(const cv::Mat& overlay, std::span<const PanelEntry> glimpses) {
    const int factor = panel_enlargement(overlay.size(), glimpses.size());
    const cv::Mat left = shown(overlay, overlay.size() * factor);
    const Layout layout(left.size(), glimpses);
    const Grid grid = layout.best_grid();
    const cv::Size right = layout.size(grid);
    const int margin = layout.space().margin;
    const int height = std::max(left.rows, right.height);
    const int width = left.cols + (glimpses.empty() ? 0 : margin + right.width);
    cv::Mat figure(height + 2 * margin, width + 2 * margin, CV_8UC3, cv::Scalar::all(255));
    left.copyTo(figure(cv::Rect({margin, margin + (height - left.rows) / 2}, left.size())));
    layout.draw(figure, grid, {2 * margin + left.cols, margin + (height - right.height) / 2});
    return figure;
}

}  // namespace glimpse
