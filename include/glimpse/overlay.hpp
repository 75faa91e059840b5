#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// A lowered glimpse with its label. Where `lowered` is null nothing is drawn; the others keep their colours.
struct LabelledMap {
    std::string label;
    const Lowered* lowered = nullptr;
};

/// The colour (R, G, B) of the k-th glimpse wherever it is shown, k ≥ 0: green first, then six that
/// colour-blind readers tell apart too; then paler and darker ones of these seven, and from the 22nd on all
/// again.
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

/// Their names as OpenCV spells them, in the order of `Colormap`.
GLIMPSE_EXPORT std::span<const std::string_view> colormap_names();

/// The colour map of that name. Throws `UsageError` with the legal names.
GLIMPSE_EXPORT Colormap colormap_from_name(std::string_view name);

/// How an overlay is drawn.
struct OverlayStyle {
    /// heat: the attention as a heat map; outline: every outline with its label; both; dim: what is not
    /// attended to is darkened, and the outlines are drawn; blend: the heat map over all of the picture
    /// alike.
    enum class Kind { heat, outline, both, dim, blend };
    Kind kind = Kind::both;
    Colormap colormap = Colormap::inferno;
    /// 0 ≤ opacity ≤ 1: of the heat where attention is greatest – of `blend`, everywhere –, or of the dark
    /// where there is none.
    double opacity = 0.6;
    int enlargement = 1;  ///< ≥ 1: each pixel becomes a square of that side, in pixels; for `PanelLayout`
    std::size_t first_colour = 0;  ///< of the first map's outline, for `glimpse_colour`
    int shrink = 1;  ///< ≥ 1: how many times the picture is smaller than the image of the maps
};

/// Draws the attention and the outlines of all maps on `picture` (8-bit RGB, of the image's size, or that
/// shrunk `style.shrink` times). The result is `style.enlargement` times as large.
///
/// v, 0 ≤ v ≤ 1, is the maximum over the maps, each scaled to its own maximum; negative attention counts 0.
/// The heat at v is the colour map's colour at v, shaded by the picture's own lightness so that the picture
/// stays recognisable where attention is 1 all over; it covers the picture with opacity · √v, and leaves it
/// unchanged at v = 0. `dim` multiplies by 1 - opacity · (1 - v). `blend`, as in Grad-CAM's figures, mixes
/// the picture with the colour map's colour at v, unshaded, by opacity, where v = 0 as well.
///
/// Outlines are polygons in edge coordinates, with their labels on tags. Where attention is shown, a glimpse
/// without a border (`has_border`) has its label alone. Lines and letters scale with the
/// picture, and shrink where more than 30 outlines share it. Tags do not overlap and cover a third of the
/// picture at most, less in a crowd; those that find no place, later ones first, are left out. Throws `Error`
/// where the module that draws is not there.
GLIMPSE_EXPORT Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps,
                                     const OverlayStyle& style);

/// The same as pixels, 8-bit RGB.
GLIMPSE_EXPORT cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps,
                               const OverlayStyle& style);

}  // namespace glimpse
