#pragma once

#include <cstddef>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "glimpse/banded_matrix.hpp"
#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/sampling.hpp"
#include "glimpse/sampling_points.hpp"

// A glimpse is a linear map of each channel of an image, g = A I. A map holds plain numbers; what applies it
// (a backend) knows nothing of attention. I is H×W×C, g is h×w×C; i, y count rows and j, x columns.

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
    /// Some of them are negative as they were given; else those that are come of an upsampling kernel.
    bool is_signed = false;
};

/// g[0, 0] = Σ_y Σ_x a[y, x] I[y, x]; the glimpse is one pixel.
struct WeightedSum {
    Weights weights;
};

/// g[i, j] = Σ_y Σ_x R[i, y] I[y, x] K[j, x].
struct Separable {
    BandedMatrix rows;     ///< R: h×H
    BandedMatrix columns;  ///< K: w×W
};

/// g[i, j] = Σ_p I[p] · k(p - T(j, i)) over the pixels p of the padded image, k being the interpolation's
/// kernel.
struct Samples {
    SamplingPoints points;  ///< T
    Interpolation interpolation = Interpolation::bilinear;
    Padding padding = Padding::zeros;
    Mirror mirror = Mirror::edges;
};

/// The s×s weights of each pixel of a glimpse, row by row, which are read when they are needed: they are s²
/// times as many as the pixels. Thread-safe.
class GLIMPSE_EXPORT FilterRows {
  public:
    virtual ~FilterRows() = default;
    /// Those of row i, 0 ≤ i < h, into s² · w places: that of tap u·s + v and column j at (u·s + v)·w + j.
    /// All are finite. Throws `Error` where they cannot be read.
    virtual void read(int i, std::span<float> weights) const = 0;
};

/// g[i, j] = Σ_u Σ_v F[i, j, u, v] I[i + u - r, j + v - r], 0 ≤ u, v < s, r = ⌊s/2⌋, I being padded; the
/// glimpse has the image's size.
struct Filters {
    int side = 1;  ///< s ≥ 1
    /// F of all pixels alike, s² numbers, tap u·s + v; or of each.
    std::variant<std::vector<float>, std::shared_ptr<const FilterRows>> weights{};
    Rectangle region{};  ///< all pixels outside of it have weight 0
    Padding padding = Padding::zeros;
    Mirror mirror = Mirror::edges;
    bool is_signed = false;  ///< some are negative
    double least_sum = 0;    ///< of the weights of a pixel
};

/// Antialiased samples: g[i, j] = Σ_p I[p] · a(p - T(j, i), J(j, i)) over the pixels p of the padded image, J
/// being the Jacobian of T with columns of lengths s_x and s_y, and k the triangle 1 - |t|, 0 from |t| = 1:
///
///   a(d, J) = (1 - m) upright(d) / Σ upright + m footprint(d) / Σ footprint,   sums over all whole positions
///   footprint(d) = k(q_x s_x / max(1, s_x)) · k(q_y s_y / max(1, s_y)),        q = J⁻¹ d
///   upright(d)   = k(d_x / max(1, r_x)) · k(d_y / max(1, r_y)),                r the lengths of J's rows
///   m = clamp(σ - 1) · clamp(4 t - 3) · clamp(64 min(s_x, s_y) - 1),         clamp to 0…1
///   t = min(max(1, s_x), max(1, s_y)) |det J| / (s_x s_y)
///
/// σ being J's greater singular value, and t the footprint's lesser half width, so that it holds a pixel
/// where it has a share. So a is continuous in J, bilinear where nothing shrinks (σ ≤ 1), the footprint from
/// σ = 2 on unless that is thin or a column of J has hardly a direction, and where J is axis-aligned both are
/// the same.
///
/// Or Gaussians, with sums as `gaussians` says:
///
///   a(d, J) = e(d) / Σ e,   e(d) = exp(-½ ((q_x / s_x)² + (q_y / s_y)²)),   q = J⁻¹ d
///
/// Or the means of k_x×k_y bilinear samples in the cell of each glimpse pixel, as `means` says:
///
///   a(p) = 1/(k_x k_y) Σ_m Σ_n k(p_x - t_x) k(p_y - t_y),   t = T + J ((m+½)/k_x - ½, (n+½)/k_y - ½)
///
/// where t is moved to the nearest of 0…W-1, 0…H-1, and a sample more than one pixel outside of it is left
/// out.
struct Footprints {
    SamplingPoints points;                            ///< T
    std::vector<SamplingPoints::Jacobian> jacobians;  ///< J of listed points, in their order; else none
    Padding padding = Padding::zeros;
    Mirror mirror = Mirror::edges;

    /// The Gaussians that are weighed with, in place of triangles.
    struct Gaussians {
        Point s;                       ///< standard deviations, glimpse pixels; > 0
        bool sees_image_alone = true;  ///< sums run over the pixels of the image, or all whole positions
        double added = 0;              ///< to each sum, ≥ 0
    };
    std::optional<Gaussians> gaussians{};
    /// Bilinear samples whose mean is taken in place of triangles.
    struct Means {
        int across = 1;  ///< k_x ≥ 1
        int down = 1;    ///< k_y ≥ 1
    };
    std::optional<Means> means{};  ///< not beside `gaussians`
};

/// g[i, j] = Σ_k w_k I[y_k, x_k] over the entries of row i·w + j: A in compressed sparse rows.
struct SparseMatrix {
    struct Entry {
        int x;
        int y;
        float weight;
    };
    std::vector<std::size_t> begin{0};  ///< of the entries of each row, and at last of none: h·w + 1 numbers
    std::vector<Entry> entries{};  ///< of a row those of ascending pixels, none twice, and no weight is 0
    Rectangle region{};            ///< the smallest one that has all of them
};

/// The forms of a map.
using MapKind =
    std::variant<Window, Weights, WeightedSum, Separable, Samples, Filters, Footprints, SparseMatrix>;

/// A, with the sizes of the image and of the glimpse.
struct LinearMap {
    Size image;    ///< W×H
    Size glimpse;  ///< w×h
    MapKind kind;
};

/// The smallest rectangle outside which all weights are 0: the only pixels that must be decoded. For affine
/// `Samples` with padding it may be larger: it bounds the taps of the whole parallelogram that the samples
/// span.
GLIMPSE_EXPORT Rectangle support(const LinearMap& map);

/// Pixels, or other values, of a region of an image: h×w×C, of the region's size.
struct ImageRegion {
    Rectangle region;
    cv::Mat pixels;
    bool alpha = false;  ///< the last channel is alpha
};

/// M = Aᵀ 1 on its support: how much each image pixel contributes to the glimpse; CV_32F, one channel.
GLIMPSE_EXPORT ImageRegion attention_map(const LinearMap& map);

/// The mean of M over each n×n block of the image, n ≥ 1, as a region of the ⌈W/n⌉×⌈H/n⌉ blocks; what lies
/// outside the image counts as 0. Of `Samples` approximately, as `shrunk` has it.
GLIMPSE_EXPORT ImageRegion block_attention(const LinearMap& map, int n);

/// A 1, an h×w CV_32F matrix: the sum of each glimpse pixel's weights.
GLIMPSE_EXPORT cv::Mat row_sums(const LinearMap& map);

/// Whether a glimpse pixel may combine several image pixels, or one and the zeros outside the image, so that
/// colour must be premultiplied by alpha.
GLIMPSE_EXPORT bool mixes_pixels(const LinearMap& map);

}  // namespace glimpse
