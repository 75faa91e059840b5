#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/colorbar.hpp"
#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"

// A figure on white: an overlay on the left and the glimpses on the right, each framed in the colour of its
// category or its place in the list.

namespace glimpse {

/// A glimpse of a panel.
struct PanelEntry {
    std::string label;
    cv::Size size;                        ///< in pixels
    std::optional<std::size_t> colour{};  ///< of its frame, for `glimpse_colour`; none: that of its place
};

/// The layout of a panel, in pixels of the figure.
struct PanelLayout {
    cv::Size figure;
    cv::Rect overlay;                  ///< in the figure
    std::vector<cv::Rect> thumbnails;  ///< of the first glimpses, inside their frames
    std::vector<std::size_t> colours;  ///< of their frames, for `glimpse_colour`
    int frame = 0;                     ///< width of a thumbnail's frame, with its casing
    std::vector<FigureText> captions;  ///< the thumbnails' labels; empty where they would be illegible
    int letter = 0;                    ///< cap height of the captions
    std::size_t left_out = 0;          ///< how many glimpses follow those with thumbnails
    FigureText remark;      ///< footnote about these, below the thumbnails; empty where none is left out
    int remark_letter = 0;  ///< cap height of the footnote
    std::optional<Colorbar> colorbar{};  ///< on the right of the overlay
};

/// The layout of a panel beside an overlay of that size (not empty).
///
/// The thumbnails fill a grid in a room as large as the overlay – or as it would be with the
/// `legible_enlargement` –, but with no side below a quarter of the other; small glimpses are enlarged by
/// whole factors. Each has a share of the room of at least 32 pixels, or a 32nd of the room's side, whichever
/// is more; of those that do not fit, `remark` says how many they are. Labels are left out where a
/// thumbnail's share is below 64×64 pixels, and where no grid of the room has cells wide enough to tell them
/// apart. So the figure's size has a bound that does not depend on n.
/// Between the overlay and the glimpses there is room for a bar. Throws `Error` where the module that draws
/// is not there.
GLIMPSE_EXPORT PanelLayout lay_out_panel(cv::Size overlay, std::span<const PanelEntry> glimpses,
                                         const std::optional<Colorbar>& colorbar = std::nullopt);

/// A panel into which pictures are put as they come, with the pixels that they are shown with.
class GLIMPSE_EXPORT Panel {
  public:
    /// Has the frames and texts. A glimpse that is never shown stays an empty frame. Throws `Error` where the
    /// module that draws is not there.
    explicit Panel(PanelLayout layout);

    /// As it was given.
    [[nodiscard]] const PanelLayout& layout() const { return layout_; }

    /// Shows an overlay, once. Throws `Error` for one of another size than it was laid out for.
    void show_overlay(Figure overlay);

    /// Shows pixels (8-bit RGB) instead, resized to the overlay's place.
    void show_overlay(const cv::Mat& overlay);

    /// Shows the k-th glimpse (8-bit RGB), resized to its thumbnail; nothing where it has none. Thread-safe
    /// for distinct glimpses.
    void show_glimpse(std::size_t k, const cv::Mat& glimpse);

    /// What is shown so far.
    [[nodiscard]] const Figure& figure() const& { return figure_; }
    [[nodiscard]] Figure figure() && { return std::move(figure_); }

  private:
    void show(std::size_t k, const cv::Mat& pixels);

    PanelLayout layout_;
    Figure figure_;
};

}  // namespace glimpse
