#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/attention_scale.hpp"
#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// A lowered glimpse with its label. Where `lowered` is null nothing is drawn; the others keep their colours.
struct LabelledMap {
    std::string label;
    const Lowered* lowered = nullptr;
    std::optional<std::size_t> colour{};  ///< for `glimpse_colour`; none: that of its place among the maps
};

/// The colour (R, G, B) of the k-th glimpse, or of all of the k-th category, wherever they are shown, k ≥ 0:
/// green first, then six that colour-blind readers tell apart too; then paler and darker ones of these seven,
/// and from the 22nd on all again.
GLIMPSE_EXPORT cv::Vec3b glimpse_colour(std::size_t k);

/// OpenCV's colour maps, in the order of `cv::ColormapTypes`, and Moreland's diverging one.
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
    deepgreen,
    coolwarm
};

/// Whether the map's middle stands for 0: it goes from blue over a light grey to red.
constexpr bool is_diverging(Colormap colormap) {
    return colormap == Colormap::coolwarm;
}

/// Their names, as OpenCV spells its own, in the order of `Colormap`.
GLIMPSE_EXPORT std::span<const std::string_view> colormap_names();

/// The colour map of that name. Throws `UsageError` with the legal names.
GLIMPSE_EXPORT Colormap colormap_from_name(std::string_view name);

/// How an overlay is drawn.
struct OverlayStyle {
    /// heat: the attention as a heat map; outline: every outline with its label; both; dim: what is not
    /// attended to is darkened, and the outlines are drawn; blend: the heat map over all of the picture
    /// alike; contour: lines around the smallest regions that hold 50 % and 90 % of the attention of each
    /// glimpse without a border (`has_border`), and the outlines of the others.
    enum class Kind { heat, outline, both, dim, blend, contour };
    Kind kind = Kind::both;
    Colormap colormap = Colormap::inferno;
    /// 0 ≤ opacity ≤ 1: of the heat where attention is greatest – of `blend`, everywhere –, or of the dark
    /// where there is none.
    double opacity = 0.6;
    int enlargement = 1;  ///< ≥ 1: each pixel becomes a square of that side, in pixels
    int shrink = 1;       ///< ≥ 1: how many times the picture is smaller than the image of the maps
    /// In place of `colormap` for all maps of a figure where one `is_signed`.
    Colormap signed_colormap = Colormap::coolwarm;
    AttentionScale scale{};  ///< of the colours, and of what is darkened
    bool smooth = false;     ///< attention is shown at the glimpses' resolution, as `cell_attention` has it
    /// Where it is not 0×0, the size of the overlay, in place of `enlargement`: a whole multiple of the
    /// picture's, or less along both axes. Then the picture and the attention on it, as the scale shows it,
    /// are the means over areas, and outlines and labels are drawn for that size.
    cv::Size size{};
};

/// How many times a picture of that size (not empty) is enlarged, so that the outlines and labels of n
/// glimpses are legible on it: by the least whole factor with which its longer side has 130 √n pixels, at
/// least 400 and at most 1600, and its shorter side 64, as two lines of labels take; by less where the longer
/// side would have more than `longest`, but never below 1.
GLIMPSE_EXPORT int legible_enlargement(cv::Size picture, std::size_t glimpses, int longest);

/// Whether attention is shown in that style by how strong it is.
constexpr bool has_scale(OverlayStyle::Kind kind) {
    return kind != OverlayStyle::Kind::outline && kind != OverlayStyle::Kind::contour;
}

/// Whether attention is shown in that style by colours of its own.
constexpr bool has_colours(OverlayStyle::Kind kind) {
    return has_scale(kind) && kind != OverlayStyle::Kind::dim;
}

/// The style with all that depends on which maps are in a figure: its colour map – both `colormap` and
/// `signed_colormap` –, and where the scale is shared, its ends. It is for parts of the figure, too, and
/// settled again stays as it is. Where there is no attention at all, each map has its own scale.
GLIMPSE_EXPORT OverlayStyle settled(OverlayStyle style, std::span<const LabelledMap> maps);

/// How many values of the maps' attention, as a picture of theirs shows it before `size` makes it smaller,
/// are beyond the scale of a settled style by more than half of one of its 255 steps, so that they are shown
/// as its end. No attention counts as within, and so does what is below 0 of a map that is not `is_signed`.
GLIMPSE_EXPORT std::int64_t clipped_values(std::span<const LabelledMap> maps, const OverlayStyle& settled);

/// Draws the attention and the outlines of all maps on `picture` (8-bit RGB, of the image's size, or that
/// shrunk `style.shrink` times). The result is `style.enlargement` times as large, or of `style.size`.
///
/// Where maps overlap, that is shown whose v is greatest, 0 ≤ v ≤ 1: how strong attention is on the style's
/// scale (`AttentionScale`). Negative attention counts 0, unless its map `is_signed` and the scale reaches
/// below 0 or the colours diverge, as they do by default then. The heat is the attention's colour, shaded by
/// the picture's own lightness so that the picture stays recognisable where attention is 1 all over; it
/// covers the picture with opacity · √v, and leaves it unchanged at v = 0. `dim` multiplies by 1 - opacity ·
/// (1 - v). `blend`, as in Grad-CAM's figures, mixes the picture with the attention's colour, unshaded, by
/// opacity, where v = 0 as well.
///
/// `contour`: with t the greatest level for which Σ_{|a| ≥ t} |a| ≥ p Σ |a|, the region {|a| ≥ t} has a whole
/// line for p = 50 %, and a dashed one for 90 %, with tags that say so where there is room, and one line for
/// both where they are the same.
///
/// Outlines are polygons in edge coordinates, with their labels on tags. Where attention is shown, a glimpse
/// without a border (`has_border`) has its label alone: of a mask where it is greatest. Lines and letters
/// scale with the picture, and shrink where more than 30 outlines share it. Tags do not overlap and cover a
/// third of the picture at most, less in a crowd; those that find no place, later ones first, are left out.
/// Throws `Error` where the module that draws is not there.
GLIMPSE_EXPORT Figure overlay_figure(const cv::Mat& picture, std::span<const LabelledMap> maps,
                                     const OverlayStyle& style);

/// The same as pixels, 8-bit RGB.
GLIMPSE_EXPORT cv::Mat overlay(const cv::Mat& picture, std::span<const LabelledMap> maps,
                               const OverlayStyle& style);

}  // namespace glimpse
