#pragma once

#include "figures/figures.hpp"

// What the module gives to its table, `Figures`, whose members say what each of them does.

namespace glimpse {

namespace figures {

Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);
PanelLayout lay_out_panel(cv::Size picture, std::span<const PanelEntry> glimpses,
                          const std::optional<Colorbar>& colorbar = std::nullopt);
Figure with_colorbar(Figure figure, const Colorbar& bar, const cv::Rect& beside, int letter);
cv::Mat drawn(Figure figure);
std::vector<std::uint8_t> encode_figure(Figure figure, FigureFormat format);
bool has_fonts();
LettersWithoutFont letters_without_font();
Figure empty_panel(const PanelLayout& layout);
ContactSheetLayout lay_out_contact_sheet(std::span<const PanelEntry> glimpses, int cell_size);
ContactSheetLayout lay_out_sheet(std::span<const PanelEntry> pictures, const SheetOptions& options,
                                 std::size_t left_out = 0);
Figure empty_contact_sheet(const ContactSheetLayout& layout);
TrackFrameLayout lay_out_track_frame(cv::Size image, bool alike);
Figure track_frame(const TrackFrameLayout& layout, const TrackFrame& frame);
SequenceLayout lay_out_sequence(cv::Size image);
Figure sequence_frame(const SequenceLayout& layout, const SequencePicture& picture);

}  // namespace figures

}  // namespace glimpse
