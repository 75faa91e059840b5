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

namespace glimpse {

/// The overlay, the panel and the sheet of one image, where they are wanted.
class Pictures {
  public:
    /// `report` is told which of them are saved. All must outlive this object.
    Pictures(const OutputPaths& paths, const OutputOptions& options, Saver& saver, ImageReport& report);

    /// If so, every glimpse of the image is needed.
    [[nodiscard]] bool are_wanted() const { return wants_overlay_ || wants_panel_ || sheet_; }

    /// How many times the whole image is shrunk for them; none where they do not show it.
    [[nodiscard]] std::optional<int> shrink_for(Size image) const;
    /// Likewise in the overlay and the panel.
    [[nodiscard]] std::optional<int> overlay_shrink_for(Size image) const;

    /// The bytes that the sheet takes at most, beside the picture of the image.
    [[nodiscard]] std::int64_t sheet_memory(Size image) const;
    /// And what enlarging the picture, and a bar of the colours, add to the overlay and the panel.
    [[nodiscard]] std::int64_t enlargement_memory(Size image) const;
    /// What makes them smaller where they need too much memory.
    [[nodiscard]] std::string remedy() const;

    /// Lays out what is wanted of an image of that size. `all` are the document's glimpses, of which those in
    /// `glimpses` have been lowered. Both must outlive this object.
    void lay_out(Size image, std::span<const Glimpse> all, std::span<const LoweredGlimpse> glimpses);

    /// Shows a glimpse, as a picture. Thread-safe for distinct glimpses.
    void show(const LoweredGlimpse& glimpse, const Image& picture);

    /// Draws what is wanted on the picture of the whole image, 8-bit RGB, shrunk as `shrink_for` says, and
    /// saves it. Throws `Error` where an output of the image could not be written.
    void save(const cv::Mat& image);

    /// Tells the report what `save` would.
    void record_planned();

    /// `clipped_values` of what is laid out: of the overlay and the panel, or of the sheet, where those are
    /// more.
    [[nodiscard]] std::int64_t clipped() const;

    /// Labels for which the overlay and the panel that were saved had no room.
    [[nodiscard]] std::size_t labels_left_out() const { return labels_left_out_; }

  private:
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
    bool wants_overlay_;
    bool wants_panel_;
    std::optional<Sheet> sheet_;
    Size image_{};
    std::span<const Glimpse> all_;
    std::span<const LoweredGlimpse> glimpses_;
    SettledStyle settled_;        ///< of the overlay and the panel
    std::optional<Panel> panel_;  ///< each glimpse has a place of its own
    std::size_t labels_left_out_ = 0;
};

}  // namespace glimpse
