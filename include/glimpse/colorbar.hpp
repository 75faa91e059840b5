#pragma once

#include <opencv2/core/types.hpp>
#include <optional>

#include "glimpse/attention_scale.hpp"
#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

/// What a bar of colours shows.
struct Colorbar {
    AttentionRange range;  ///< from its lower end to its upper one
    Colormap colormap = Colormap::inferno;
};

/// The bar of a settled style; none where it shows no colours, or where each map has a scale of its own, as
/// all have where there is no attention.
GLIMPSE_EXPORT std::optional<Colorbar> colorbar_of(const OverlayStyle& settled);

/// The figure with a bar on the right of `beside`, a place of its own, as high as that where its values'
/// digits find room above and below, and at least 10 cap heights; the figure grows where there is too little
/// room. The bar has the colours themselves, unmixed. Its ticks are both ends, and between them the multiples
/// of a round number, the least of 1, 2 and 5 times powers of ten with which they stand at least 1½ cap
/// heights apart and are 9 at most; those nearer to an end are left out. `letter`: cap height of the digits;
/// 0: that of an overlay of the size of `beside`. Throws `Error` where the module that draws is not there.
GLIMPSE_EXPORT Figure with_colorbar(Figure figure, const Colorbar& bar, const cv::Rect& beside,
                                    int letter = 0);

}  // namespace glimpse
