#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "figures/contact_sheet.hpp"
#include "figures/track_frame.hpp"
#include "glimpse/colorbar.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/panel.hpp"
#include "glimpse/sheet.hpp"

namespace glimpse {

/// Draws overlays, panels, contact sheets and frames of tracks. In a module that is opened on first use: it
/// needs OpenCV's imgproc, Cairo and Pango, which take longer to load than all else in a small run. Its
/// functions may be called by several threads at once.
struct Figures {
    /// As the public functions of the same names.
    Figure (*overlay_figure)(const cv::Mat& picture, std::span<const LabelledMap> maps,
                             const OverlayStyle& style);
    PanelLayout (*lay_out_panel)(cv::Size overlay, std::span<const PanelEntry> glimpses,
                                 const std::optional<Colorbar>& colorbar);
    Figure (*with_colorbar)(Figure figure, const Colorbar& bar, const cv::Rect& beside, int letter);
    cv::Mat (*drawn)(Figure figure);
    std::vector<std::uint8_t> (*encode_figure)(Figure figure, FigureFormat format);
    bool (*has_fonts)();
    LettersWithoutFont (*letters_without_font)();
    /// A panel's frames, bar and texts, and the places of its pictures: the overlay's, then the thumbnails'.
    Figure (*empty_panel)(const PanelLayout& layout);
    /// The picture with the pixels that it is shown with in a place of that size: its own, where the place is
    /// a whole multiple of it, otherwise the place's.
    cv::Mat (*fitted)(const cv::Mat& picture, cv::Size place);
    /// Cells in which the largest glimpse is about `cell_size` pixels long, enlarged by a whole factor or
    /// shrunk; down to 32 where there are many. The sheet has at most 4096×4096 pixels; where not all
    /// glimpses fit, every `step`-th is shown. The entries' labels are the captions, left out in cells below
    /// 64 pixels.
    ContactSheetLayout (*lay_out_contact_sheet)(std::span<const PanelEntry> glimpses, int cell_size);
    /// Cells as the options say: all of them, with their captions. The pictures of a cell, as many as
    /// `pictures_of_cell` says, follow each other, and the first has its label. `left_out`: how many glimpses
    /// a footnote says there are besides.
    ContactSheetLayout (*lay_out_sheet)(std::span<const PanelEntry> pictures, const SheetOptions& options,
                                        std::size_t left_out);
    /// A sheet's hairlines and texts, and the places of its thumbnails.
    Figure (*empty_contact_sheet)(const ContactSheetLayout& layout);
    /// For a track whose first image has this size: shown within 640×640 pixels, enlarged by a whole factor
    /// or shrunk; the glimpse as high as the image, 160 ≤ side ≤ 480. `alike`: all glimpses have one size.
    TrackFrameLayout (*lay_out_track_frame)(cv::Size image, bool alike);
    /// The image with the glimpse's outline in green, the glimpse in a green frame, and their captions. An
    /// image of another size than the first is letterboxed.
    Figure (*track_frame)(const TrackFrameLayout& layout, const TrackFrame& frame);
    /// For images of which the first has this size: shown within 1280×1280 pixels, enlarged by a whole factor
    /// or shrunk.
    SequenceLayout (*lay_out_sequence)(cv::Size image);
    /// The image with the outlines and the labels of its maps, and its name below. An image of another size
    /// than the first is letterboxed.
    Figure (*sequence_frame)(const SequenceLayout& layout, const SequencePicture& picture);
};

/// The module, opened by the first call. Throws `Error` where there is none.
const Figures& drawing();

}  // namespace glimpse
