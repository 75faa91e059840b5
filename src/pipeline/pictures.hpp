#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"
#include "pipeline/saving.hpp"
#include "pipeline/settled_style.hpp"
#include "pipeline/sheet.hpp"
#include "pipeline/shown_image.hpp"

namespace glimpse {

/// The overlay, the panel and the sheet of one image, where they are wanted. Of more maps of soft attention
/// (`is_soft`) than `most_maps_together` the panel is a sheet of pairs; in the styles that show a Gaussian's
/// border alone, Gaussians are none.
class Pictures {
  public:
    /// Of so many maps of soft attention one picture can still tell which is where.
    static constexpr std::size_t most_maps_together = 3;
    /// Those of a panel that is a sheet, which has one page.
    static constexpr std::size_t most_cells_of_panel = 64;

    /// `glimpses` are those of the image; `report` is told which pictures are saved. All but they must
    /// outlive this object.
    Pictures(const OutputPaths& paths, const OutputOptions& options, std::span<const Glimpse> glimpses,
             Saver& saver, ImageReport& report);

    /// If so, every glimpse of the image is needed.
    [[nodiscard]] bool are_wanted() const { return shows_overlay() || !sheets_.empty(); }

    /// How many times the whole image is shrunk for them; none where they do not show it.
    [[nodiscard]] std::optional<int> shrink_for(Size image) const;
    /// Likewise in the overlay, and in the panel that has one.
    [[nodiscard]] std::optional<int> overlay_shrink_for(Size image) const;

    /// The bytes that the sheets take at most, beside the picture of the image.
    [[nodiscard]] std::int64_t sheet_memory(Size image) const;
    /// And what enlarging the picture, and a bar of the colours, add to the overlay and the panel.
    [[nodiscard]] std::int64_t enlargement_memory(Size image) const;
    /// What makes them smaller where they need too much memory.
    [[nodiscard]] std::string remedy() const;

    /// Lays out what is wanted of an image of that size. `all` are the document's glimpses, of which those in
    /// `glimpses` have been lowered, and are shown as the image's `values` are. Both must outlive this
    /// object.
    void lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses,
                 const ShownValues& values);

    /// Shows a glimpse. Thread-safe for distinct glimpses.
    void show(const LoweredGlimpse& glimpse, const Image& picture);

    /// Draws what is wanted on the whole image, shrunk as `shrink_for` says, and saves it. Throws `Error`
    /// where an output of the image could not be written.
    void save(const Image& decoded);

    /// Tells the report what `save` would.
    void record_planned();

    /// `clipped_values` of what is laid out: of the overlay and the panel, or of a sheet, where those are
    /// more.
    [[nodiscard]] std::int64_t clipped() const;

    /// Labels for which the overlay and the panel that were saved had no room.
    [[nodiscard]] std::size_t labels_left_out() const { return labels_left_out_; }

    /// How many maps of soft attention the overlay shows, where they are more than `most_maps_together`;
    /// else 0.
    [[nodiscard]] std::size_t maps_together() const { return wants_overlay_ && has_many_maps_ ? maps_ : 0; }

  private:
    /// A sheet, and those of its pages that are wanted.
    struct PagedSheet {
        Sheet sheet;
        std::span<const std::filesystem::path> pages;
    };

    [[nodiscard]] bool shows_overlay() const { return wants_overlay_ || wants_panel_; }
    [[nodiscard]] bool is_panel_a_sheet() const { return has_many_maps_ && saver_.wants(paths_.panel); }
    [[nodiscard]] const std::filesystem::path& first_path() const;
    [[nodiscard]] std::vector<LabelledMap> maps() const;
    /// The size of an overlay of the image, shrunk so many times.
    [[nodiscard]] Size overlay_size(Size image, int shrink, std::size_t glimpses) const;
    void lay_out_panel_beside(Size overlay);
    void save_overlays(const cv::Mat& image);
    void save(Figure figure, const std::filesystem::path& path);
    void record(const std::filesystem::path& path);

    const OutputPaths& paths_;
    const OutputOptions& options_;
    Saver& saver_;
    ImageReport& report_;
    std::size_t maps_;  ///< of soft attention, in this style
    bool has_many_maps_;
    bool wants_overlay_;
    bool wants_panel_;  ///< as an overlay and the glimpses beside it
    std::vector<PagedSheet> sheets_;
    Size image_{};
    std::span<const Glimpse> all_;
    ShownValues values_{};
    std::span<const LoweredGlimpse> glimpses_;
    SettledStyle settled_;        ///< of the overlay and the panel
    std::optional<Panel> panel_;  ///< each glimpse has a place of its own
    std::size_t labels_left_out_ = 0;
};

}  // namespace glimpse
