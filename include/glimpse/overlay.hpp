#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/image_file.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse {

/// A glimpse's map with the name it is labelled with. Nothing is drawn for a null one, which has a colour
/// nevertheless.
struct LabelledMap {
    std::string id;
    const LinearMap* map = nullptr;
};

/// The colour of the k-th glimpse, wherever it is shown, in R, G, B order: green first, then six that readers
/// who are blind to some colours tell apart too; after these seven, paler and then darker ones.
cv::Vec3b glimpse_colour(std::size_t k);

/// How an overlay is drawn.
struct OverlayStyle {
    /// heat: the attention maps as a heat map; outline: every outline with its id; both; dim: what is not
    /// attended to is darkened, and the outlines are drawn.
    enum class Kind { heat, outline, both, dim };
    Kind kind = Kind::both;
    int colormap = 14;  ///< a cv::ColormapTypes; 14 is inferno
    double opacity =
        0.6;  ///< of the heat where attention is greatest, or of the dark where there is none; 0 to 1
    int enlargement = 1;  ///< each pixel is drawn as a square of this many; for `PanelLayout`
};

/// The number of one of OpenCV's colour maps from its name in lower case ("inferno"). Throws `UsageError`
/// with the legal names.
int colormap_from_name(std::string_view name);

/// The image as 8-bit RGB of its own size, as a screen shows it: 16-bit divided by 257, floating point
/// stretched from the least to the greatest finite value of its colours, alpha over a light chequerboard (of
/// floating point, 1 is opaque). One channel of colour is grey, two are red and green, and of more than three
/// the first three are shown.
cv::Mat displayable(const Image& image);

/// `picture` (8-bit RGB) with the attention of all maps together, each map scaled to its own maximum, the
/// larger value v where two overlap, and their outlines in edge coordinates with their ids on tags. Negative
/// attention counts 0. Lines and letters keep their proportion to the picture; where more than 30 outlines
/// share it, they become smaller. Tags do not overlap and cover a third of the picture at most, less in a
/// crowd: those that find no place, later ones first, are left out.
///
/// The heat at v is the colour map's colour at v, shaded by the picture's own lightness so that the picture
/// stays recognisable where attention is 1 all over; it covers the picture with opacity · √v, so that where
/// v = 0 the picture is unchanged. `dim` multiplies by 1 - opacity · (1 - v).
cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps, const OverlayStyle& style);

}  // namespace glimpse
