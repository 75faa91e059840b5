#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/linear_map.hpp"

// What a mechanism makes of its parameters for an image: the linear map, and what is said of it beside.

namespace glimpse {

/// What stands in for the zeros outside the image: g = A(I - c) + c, with c one number for all channels, one
/// for each, or the mean of each channel of the image.
struct Constant {
    std::vector<double> values;  ///< one, or as many as the image has channels; in the image's units
};
struct MeanOfImage {};
using Fill = std::variant<std::monostate, Constant, MeanOfImage>;

/// A mechanism for an image of one size: the operator, and what fills, shows and places its glimpse.
struct Lowered {
    LinearMap map;
    /// The sum of a glimpse pixel's weights where all that it looks at lies inside the image.
    double full_weight = 1;
    Fill fill{};
    /// From glimpse pixel to image pixel, where the map has such a form.
    std::optional<Affine> matrix{};
    /// h×w CV_32F, what the glimpse's alpha is multiplied by where it is shown; empty: it is left alone.
    cv::Mat alpha{};
};

/// The operators alone, where they lie: as a backend takes them.
GLIMPSE_EXPORT std::vector<const LinearMap*> maps_of(std::span<const Lowered> lowered);
GLIMPSE_EXPORT std::vector<const LinearMap*> maps_of(std::span<const Lowered* const> lowered);

/// What must be decoded to read the glimpse: the support, or the whole image where its mean is asked for.
GLIMPSE_EXPORT Rectangle needed(const Lowered& lowered);

/// The share of the glimpse that looks inside the image, 0 to 1: the mean of A 1 / full_weight. `Weights`
/// never leave the image: 1.
GLIMPSE_EXPORT double inside(const Lowered& lowered);

/// The glimpse's border in the image, edge coordinates: through `matrix`, or of listed points in several rows
/// and columns their own; else the support's. That of `Weights` is the image's, which says nothing of the
/// attention: the smallest rectangle instead around the weights of at least half the greatest.
GLIMPSE_EXPORT std::vector<Point> outline(const Lowered& lowered);

/// How many image pixels lie between neighbouring glimpse pixels, on the axis and where they are fewest. 1
/// for maps without matrix or points as above, and for `Window` and `Weights`, which show the image's own
/// pixels.
GLIMPSE_EXPORT double pitch(const Lowered& lowered);

/// The map for the image shrunk n times, n ≥ 1, to ⌈W/n⌉×⌈H/n⌉ pixels: A U, U repeating each pixel n×n times.
/// It gives the glimpse of an image that is the same all over each n×n block, and one like it of any other.
/// `Separable` adds up each n columns' weights; `Samples` looks at the shrunk image where it looked
/// at the image. Throws `std::logic_error` for other kinds.
GLIMPSE_EXPORT Lowered shrunk(const Lowered& lowered, int n);

}  // namespace glimpse
