#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <vector>

#include "figures/contact_sheet.hpp"
#include "glimpse/colorbar.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/outputs.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/settled_style.hpp"

namespace glimpse {

/// The style of overlays in the cells of a sheet; maps cover the image.
OverlayStyle style_of_cells(OverlayStyle style, SheetContent content);

/// How many times the image is shrunk for cells, to whose size it is fitted then.
int shrink_for_cells(Size image, const SheetOptions& options);

/// A glimpse's overlay in the place of a cell. `picture`: the image, 8-bit RGB, shrunk as
/// `shrink_for_cells` says; the style is settled.
Figure overlay_in_cell(const cv::Mat& picture, const LabelledMap& map, OverlayStyle style, cv::Size place);

/// A page of a sheet with a bar beside its cells, where there is one.
Figure with_bar(Figure page, const std::optional<Colorbar>& bar, const ContactSheetLayout& layout);

/// The sheet of an image's glimpses, page by page. A glimpse that failed leaves its cell empty.
class Sheet {
  public:
    explicit Sheet(const OutputOptions& options)
        : Sheet(options, options.sheet, std::numeric_limits<std::size_t>::max()) {}
    /// Of the first glimpses, `most` of them, with a footnote where there are more. All else is as the
    /// options say, which must outlive this object.
    Sheet(const OutputOptions& options, const SheetOptions& cells, std::size_t most)
        : options_(options), cells_(cells), most_(most) {}

    /// Whether its cells show the image.
    [[nodiscard]] bool shows_image() const { return cells_.content != SheetContent::glimpses; }
    /// Whether they show the glimpses.
    [[nodiscard]] bool shows_glimpses() const { return glimpse::shows_glimpses(cells_.content); }
    /// How many times the image is shrunk for them.
    [[nodiscard]] int shrink_for(Size image) const;
    /// The bytes that it holds at most, for so many glimpses of the image, beside the picture of that.
    [[nodiscard]] std::int64_t memory(Size image, std::size_t glimpses) const;

    /// Lays it out for all glimpses of the document, of which those in `glimpses` have been lowered. Both
    /// must outlive this object.
    void lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses);

    /// `clipped_values` of what is laid out.
    [[nodiscard]] std::int64_t clipped() const { return settled_.clipped; }

    /// Shows a glimpse, 8-bit RGB, where the cells show glimpses. Thread-safe for distinct glimpses.
    void show(const LoweredGlimpse& glimpse, const cv::Mat& picture);

    /// One of its pages, once. `image`: the whole image, 8-bit RGB, shrunk as `shrink_for` says.
    [[nodiscard]] Figure page(std::size_t number, const cv::Mat& image);

  private:
    [[nodiscard]] bool has_place(const LoweredGlimpse& glimpse) const;
    [[nodiscard]] std::vector<PanelEntry> entries(Size picture) const;
    void settle_style();
    /// The bytes of the overlays that are drawn at once, of so many on a page, beyond those of their cells.
    [[nodiscard]] std::int64_t fitting_memory(Size image, std::int64_t cells) const;
    /// The pixels that a bar adds to a page of so many cells, at most, in rows that are twice as high as
    /// they.
    [[nodiscard]] std::int64_t bar_area(std::int64_t cells) const;
    [[nodiscard]] std::size_t in_cell() const { return pictures_of_cell(cells_.content); }
    void show_glimpses(std::size_t number, Figure& figure);
    void show_overlays(std::size_t number, const cv::Mat& image, Figure& figure);

    const OutputOptions& options_;
    SheetOptions cells_;
    std::size_t most_;
    int shrink_ = 1;
    std::span<const Glimpse> all_;                ///< that have cells
    std::vector<const LoweredGlimpse*> lowered_;  ///< of each glimpse in `all_`; null where that failed
    std::vector<cv::Mat> shown_;                  ///< likewise: the pixels that it is shown with
    std::vector<ContactSheetLayout> pages_;
    SettledStyle settled_;  ///< of all cells that show the image
};

}  // namespace glimpse
