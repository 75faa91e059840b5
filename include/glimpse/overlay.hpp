#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// A lowered glimpse with its label. Nothing is drawn for a null one, which has a colour nevertheless.
struct LabelledMap {
    std::string label;
    const Lowered* lowered = nullptr;
};

/// The colour of the k-th glimpse, wherever it is shown, in R, G, B order: green first, then six that readers
/// who are blind to some colours tell apart too; after these seven, paler and then darker ones.
GLIMPSE_EXPORT cv::Vec3b glimpse_colour(std::size_t k);

/// OpenCV's colour maps, in the order of `cv::ColormapTypes`.
enum class Colormap {
    autumn,
    bone,
    jet,
    winter,
    rainbow,
    ocean,
    summer,
    spring,
    cool,
    hsv,
    pink,
    hot,
    parula,
    magma,
    inferno,
    plasma,
    viridis,
    cividis,
    twilight,
    twilight_shifted,
    turbo,
    deepgreen
};

/// Their names, as they are spelt there.
GLIMPSE_EXPORT std::span<const std::string_view> colormap_names();

/// The colour map of that name. Throws `UsageError` with the legal names.
GLIMPSE_EXPORT Colormap colormap_from_name(std::string_view name);

/// How an overlay is drawn.
struct OverlayStyle {
    /// heat: the attention maps as a heat map; outline: every outline with its label; both; dim: what is not
    /// attended to is darkened, and the outlines are drawn.
    enum class Kind { heat, outline, both, dim };
    Kind kind = Kind::both;
    Colormap colormap = Colormap::inferno;
    double opacity =
        0.6;  ///< of the heat where attention is greatest, or of the dark where there is none; 0 to 1
    int enlargement = 1;  ///< each pixel is drawn as a square of this many; for `PanelLayout`
};

/// `picture` (8-bit RGB) with the attention of all maps together, each map scaled to its own maximum, the
/// larger value v where two overlap, and their outlines in edge coordinates with their labels on tags.
/// Negative attention counts 0. Lines and letters keep their proportion to the picture; where more than 30
/// outlines share it, they become smaller. Tags do not overlap and cover a third of the picture at most, less
/// in a crowd: those that find no place, later ones first, are left out.
///
/// The heat at v is the colour map's colour at v, shaded by the picture's own lightness so that the picture
/// stays recognisable where attention is 1 all over; it covers the picture with opacity · √v, so that where
/// v = 0 the picture is unchanged. `dim` multiplies by 1 - opacity · (1 - v).
GLIMPSE_EXPORT cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps,
                               const OverlayStyle& style);

}  // namespace glimpse
