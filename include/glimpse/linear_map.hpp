#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "glimpse/banded_matrix.hpp"
#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/sampling.hpp"

// A glimpse is a linear map of each channel of an image, g = A I. A map is plain numbers; what applies it (a
// backend) knows nothing of attention. I is H×W×C, g is h×w×C; i, y count rows and j, x columns.

namespace glimpse {

/// g[i, j] = I[y0 + i, x0 + j], and 0 where that lies outside the image.
struct Window {
    int x0 = 0;
    int y0 = 0;
};

/// g[i, j] = a[i, j] · I[i, j]; the glimpse has the image's size.
struct Weights {
    Rectangle region;  ///< a is 0 outside of it
    cv::Mat a;         ///< CV_32F, of the region's size
};

/// g[i, j] = Σ_y Σ_x R[i, y] I[y, x] K[j, x].
struct Separable {
    BandedMatrix rows;     ///< R: h×H
    BandedMatrix columns;  ///< K: w×W
};

/// g[i, j] = Σ_p I[p] · k(p - T(j, i)).
struct Samples {
    /// T: an affine map, or the h·w sampling points themselves in row order; centre coordinates.
    std::variant<Affine, std::vector<Point>> points;
    Interpolation interpolation = Interpolation::bilinear;
    Padding padding = Padding::zeros;
    Mirror mirror = Mirror::edges;
};

/// What stands in for the zeros outside the image: g = A(I - c) + c, with c one number for all channels, one
/// for each, or the mean of each channel of the image.
struct Constant {
    std::vector<double> values;  ///< one, or as many as the image has channels; in the image's units
};
struct MeanOfImage {};
using Fill = std::variant<std::monostate, Constant, MeanOfImage>;

/// A, with the two sizes that it joins.
struct LinearMap {
    Size image;    ///< W×H
    Size glimpse;  ///< w×h
    std::variant<Window, Weights, Separable, Samples> kind;
    /// The sum of a glimpse pixel's weights where all that it looks at lies inside the image.
    double full_weight = 1;
    Fill fill{};
    /// From glimpse pixel to image pixel, where the map has such a form.
    std::optional<Affine> matrix{};
    /// h×w CV_32F, what the glimpse's alpha is multiplied by where it is shown; empty: it is left alone.
    cv::Mat alpha{};
};

/// The smallest rectangle outside which the attention map is 0: the only pixels that must be decoded. Where
/// affine `Samples` are padded it may be larger: it then holds all that the parallelogram of the samples, as
/// a whole, would take from the padded image.
GLIMPSE_EXPORT Rectangle support(const LinearMap& map);

/// What must be decoded to read the glimpse: the support, or the whole image where its mean is asked for.
GLIMPSE_EXPORT Rectangle needed(const LinearMap& map);

/// A part of an image of values: `pixels` stands at `region`, in row order, of the region's size.
struct ImageRegion {
    Rectangle region;
    cv::Mat pixels;
    bool alpha = false;  ///< the last channel is alpha
};

/// M = Aᵀ 1 on its support: how much each image pixel contributes to the glimpse; CV_32F, one channel.
GLIMPSE_EXPORT ImageRegion attention_map(const LinearMap& map);

/// A 1, an h×w CV_32F matrix: the sum of each glimpse pixel's weights.
GLIMPSE_EXPORT cv::Mat row_sums(const LinearMap& map);

/// The share of the glimpse that looks inside the image, 0 to 1: the mean of A 1 / full_weight. `Weights`
/// never leave the image: 1.
GLIMPSE_EXPORT double inside(const LinearMap& map);

/// The glimpse's border in the image, in edge coordinates: through `matrix` where there is one, and for maps
/// without one that of the support. The glimpse of `Weights` has the image's own border, which says nothing
/// of the attention: the smallest rectangle instead around the weights of at least half the greatest.
GLIMPSE_EXPORT std::vector<Point> outline(const LinearMap& map);

/// How many image pixels lie between neighbouring glimpse pixels, on the axis where they are fewer: through
/// `matrix`. 1 for maps without one, and for `Window` and `Weights`, which show the image pixel by pixel.
GLIMPSE_EXPORT double pitch(const LinearMap& map);

/// The map for the image shrunk n times, n ≥ 1, to ⌈W/n⌉×⌈H/n⌉ pixels: A U, U repeating each pixel n×n times.
/// It gives the glimpse of an image that is the same all over each n×n block, and one like it of any other.
/// `Separable` adds up each n columns' weights; `Samples`, affine, looks at the shrunk image where it looked
/// at the image. Throws `std::logic_error` for other kinds.
GLIMPSE_EXPORT LinearMap shrunk(const LinearMap& map, int n);

/// A glimpse pixel is made of more than one image pixel, or of one and what lies outside, so that colour must
/// be premultiplied by alpha.
GLIMPSE_EXPORT bool mixes_pixels(const LinearMap& map);

}  // namespace glimpse
