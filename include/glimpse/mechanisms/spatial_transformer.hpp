#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanisms/warps.hpp"
#include "glimpse/sampling_points.hpp"

namespace glimpse {

/// The forms that the parameters of `SpatialTransformer` come in.
namespace spatial_transformer_form {

/// θ, 2×3; the first row yields x.
struct ThetaForm {
    std::array<std::array<double, 3>, 2> theta{{{1, 0, 0}, {0, 1, 0}}};
};

/// θ = [[sx, 0, tx], [0, sy, ty]].
struct ScaleShiftForm {
    std::array<double, 2> scale{1, 1};  ///< sx, sy
    std::array<double, 2> shift{0, 0};  ///< tx, ty
};

/// From glimpse pixel to image pixel, centre coordinates, neither normalised.
struct MatrixForm {
    Affine matrix;
};

/// The box divided into w×h cells, rotated clockwise on the screen about its centre (`box_to_image`).
using BoxForm = OrientedBox;

/// A map that is not affine, never null.
struct WarpForm {
    std::shared_ptr<const Warp> warp;
};

}  // namespace spatial_transformer_form

/// A spatial transformer (STN): a grid generator and a sampler. Jaderberg et al. 2015, "Spatial Transformer
/// Networks". θ maps normalised glimpse coordinates to normalised image coordinates, both in [-1, 1];
/// conventions are those of PyTorch's `affine_grid` and `grid_sample`:
///
///                            align_corners        otherwise
///   base grid, n > 1         -1 + 2j/(n-1)        (2j+1)/n - 1        (n = 1: 0)
///   to pixels, size S        (t+1)/2 · (S-1)      ((t+1) S - 1)/2
///   reflection about         {0, S-1}             {-½, S-½}
struct SpatialTransformer {
    static constexpr std::string_view name = "stn";  ///< in documents

    using ThetaForm = spatial_transformer_form::ThetaForm;
    using ScaleShiftForm = spatial_transformer_form::ScaleShiftForm;
    using MatrixForm = spatial_transformer_form::MatrixForm;
    using BoxForm = spatial_transformer_form::BoxForm;
    using WarpForm = spatial_transformer_form::WarpForm;

    std::variant<ThetaForm, ScaleShiftForm, MatrixForm, BoxForm, WarpForm> form;
    std::optional<Size> size;  ///< w×h; the box's or the warp's own without it; the other forms demand it
    // Bits, since a document may have millions of entries.
    bool align_corners : 1 = false;  ///< see the table above
    bool antialias : 1 = false;      ///< wider kernels where it shrinks (`Footprints`); bilinear alone
    Interpolation interpolation = Interpolation::bilinear;
    std::optional<Padding> padding;  ///< zeros without it
    Fill fill{};                     ///< instead of zeros; numbers of float32
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const SpatialTransformer& transformer);

/// From glimpse pixel (j, i) to image pixel, centre coordinates. Throws `InvalidParameter` as `in_pixels` and
/// the warp's own `sampling_points`.
GLIMPSE_EXPORT SamplingPoints sampling_points(const SpatialTransformer& transformer, Size image,
                                              Size glimpse);

/// Whether its warp is a field, which `lower` reads.
GLIMPSE_EXPORT bool has_field(const SpatialTransformer& transformer);

/// The bytes of the points of a warp, and of their Jacobians; nothing that counts of any other form.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const SpatialTransformer& transformer, Size image);

/// The map for an image of size `image`: `Separable` where the points are those of an axis-aligned matrix,
/// `Samples` otherwise, or with `antialias` `Footprints` where something shrinks. Throws `InvalidParameter`,
/// or `Error` when the box or quadrilateral lies wholly outside the image and neither padding nor fill is
/// given, or more weights are needed than `most_footprint_weights`.
GLIMPSE_EXPORT Lowered lower(const SpatialTransformer& transformer, Size image);

}  // namespace glimpse
