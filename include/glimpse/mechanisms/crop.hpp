#pragma once

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

/// Hard attention: g[i, j] = I[y0 + i, x0 + j], indexing and nothing else.
///
/// With a `size` other than the box's, the cropped pixels are resized with the triangle kernel, widened by
/// the scale s when shrinking, the taps outside the cropped box left out and each row normalised to sum 1:
///   weight(k) ∝ max(0, 1 - |k - c_j| / max(1, s)),  c_j = x0 + (j + ½) s - ½,  s = width / w.
struct Crop {
    static constexpr std::string_view name = "crop";  ///< in documents

    using BoxForm = crop_form::BoxForm;
    using IndexForm = crop_form::IndexForm;

    std::variant<BoxForm, IndexForm> form;
    std::optional<Size> size;                               ///< w×h; the box's own rounded size without it
    std::optional<Padding> padding;                         ///< mirrors at the edges; zeros without it
    Interpolation interpolation = Interpolation::bilinear;  ///< when resized: bilinear, or nearest
    Fill fill;                                              ///< instead of zeros; numbers of float32
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const Crop& crop);

/// The map for an image of size `image`. Throws `InvalidParameter`, or `Error` when an index is not in the
/// image, or the box lies wholly outside it and neither padding nor fill is given.
GLIMPSE_EXPORT Lowered lower(const Crop& crop, Size image);

}  // namespace glimpse
