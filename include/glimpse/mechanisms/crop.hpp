#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// The forms that the parameters of `Crop` come in.
namespace crop_form {

/// x0 = ⌊x + ½⌋, x1 = ⌊x + width + ½⌋, at least one pixel; likewise y.
/// Its `angle` is 0.
using BoxForm = OrientedBox;

/// g = I[rows][:, columns]; 0 ≤ rows[i] < H, 0 ≤ columns[j] < W. `size` must be empty.
struct IndexForm {
    std::vector<int> rows;
    std::vector<int> columns;
};

}  // namespace crop_form

/// How the pixels of a cropped box are weighed where it is resized: by a kernel h(t), or by areas.
enum class Resampling : std::uint8_t {
    bilinear,  ///< max(0, 1 - |t|), antialiased
    nearest,   ///< pixel x0 + ⌊(j + ½) s⌋
    /// Keys' cubic with a = -½, antialiased (Keys 1981, "Cubic convolution interpolation for digital image
    /// processing").
    bicubic,
    /// sinc(t) sinc(t/3), |t| < 3, antialiased (Duchon 1979, "Lanczos Filtering in One and Two Dimensions").
    lanczos,
    area,              ///< what pixel k has of the cell [x0 + j s, x0 + (j+1) s], edge coordinates, over s
    bilinear_samples,  ///< `Interpolation::bilinear` at c_j
    bicubic_samples,   ///< `Interpolation::bicubic` at c_j
};

/// Hard attention: g[i, j] = I[y0 + i, x0 + j], indexing and nothing else.
///
/// With a `size` other than the box's, the cropped pixels are resized, on each axis by s = width / w. An
/// antialiased kernel is widened by the scale when shrinking, the taps outside the cropped box are left out,
/// and each row is normalised to sum 1:
///   weight(k) ∝ h((k - c_j) / max(1, s)),  c_j = x0 + (j + ½) s - ½.
/// Samples of the box at c_j are as wide whatever the scale; its outer pixels stand for those outside it.
struct Crop {
    static constexpr std::string_view name = "crop";  ///< in documents

    using BoxForm = crop_form::BoxForm;
    using IndexForm = crop_form::IndexForm;

    std::variant<BoxForm, IndexForm> form;
    std::optional<Size> size;                         ///< w×h; the box's own rounded size without it
    std::optional<Padding> padding;                   ///< mirrors at the edges; zeros without it
    Resampling interpolation = Resampling::bilinear;  ///< when resized
    Fill fill;                                        ///< instead of zeros; numbers of float32
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const Crop& crop);

/// The map for an image of size `image`. Throws `InvalidParameter`, or `Error` when an index is not in the
/// image, or the box lies wholly outside it and neither padding nor fill is given.
GLIMPSE_EXPORT Lowered lower(const Crop& crop, Size image);

}  // namespace glimpse
