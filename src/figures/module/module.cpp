#include "figures/module/functions.hpp"
#include "figures/module/thumbnails.hpp"
#include "system/module_export.hpp"

using namespace glimpse;

GLIMPSE_MODULE(Figures, figures::overlay_figure, figures::lay_out_panel, figures::with_colorbar,
               figures::drawn, figures::encode_figure, figures::has_fonts, figures::letters_without_font,
               figures::empty_panel, fitted, figures::lay_out_contact_sheet, figures::lay_out_sheet,
               figures::empty_contact_sheet, figures::lay_out_track_frame, figures::track_frame,
               figures::lay_out_sequence, figures::sequence_frame);
