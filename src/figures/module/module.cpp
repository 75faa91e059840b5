#include "figures/module/functions.hpp"
#include "figures/module/thumbnails.hpp"
#include "system/module_export.hpp"

using namespace glimpse;

GLIMPSE_MODULE(Figures, figures::overlay, figures::lay_out_panel, figures::empty_panel, show_picture,
               figures::lay_out_contact_sheet, figures::empty_contact_sheet, figures::lay_out_track_frame,
               figures::track_frame);
