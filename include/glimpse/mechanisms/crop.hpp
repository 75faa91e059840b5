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

/// x0 = ⌊x + ½⌋, x1 = ⌊x + width + ½⌋, or where that is no pixel the one at the middle, x0 = ⌊x + width/2⌋;
/// likewise y.
/// Its `angle` is 0.
using BoxForm = OrientedBox;

/// g = I[rows][:, columns]; 0 ≤ rows[i] < H, 0 ≤ columns[j] < W. `size` must be empty.
struct IndexForm {
    std::vector<int> rows;
    std::vector<int> columns;
};

/// How other systems sample a box: on each axis by a bilinear sample at each position p, which weighs the
/// pixels on both sides of it, for an image of S pixels and a glimpse of n.
enum class SamplingRule : std::uint8_t {
    /// TensorFlow's `crop_and_resize`, of fractions of S - 1: p_i = a (S-1) + i (b-a)(S-1)/(n-1), of a single
    /// pixel ½ (a+b)(S-1). Nothing where p < 0 or p > S-1. With `Resampling::nearest` the pixel round(p).
    crop_and_resize,
    /// `roi_align` with aligned pixels (He et al. 2017, "Mask R-CNN"): each glimpse pixel is the mean of k
    /// samples, p = a - ½ + (i + (m + ½)/k) (b-a)/n, m = 0 … k-1. Nothing where p < -1 or p > S; what else
    /// lies outside 0 … S-1 is moved to its nearest end.
    roi_align,
    /// The same as first published, with p ½ more, and of boxes shorter than 1 as of 1.
    roi_align_unaligned,
};

/// The box between the corners (x0, y0) and (x1, y1), sampled by such a rule. It needs a `size`, takes no
/// padding but a fill, and `interpolation` is `bilinear`, or `nearest` where the rule has it.
struct SampledForm {
    Point first;  ///< (x0, y0), pixels, or what the rule measures in
    /// (x1, y1). Of `roi_align` x1 ≥ x0 and y1 ≥ y0; where they are equal, k = 0 without `samples`, and the
    /// glimpse shows nothing. Of `crop_and_resize` it is mirrored where they are less.
    Point second;
    SamplingRule rule = SamplingRule::roi_align;
    int samples = 0;  ///< k ≥ 1, or 0: ⌈(b-a)/n⌉; of `roi_align`s
};

/// A turned box, sampled as detectron2's `ROIAlignRotated` and mmcv's `RoIAlignRotated` with aligned pixels
/// do: each glimpse pixel is the mean of k_x×k_y bilinear samples of its cell of the box, at
///
///   centre - ½ + R ((j + (m+½)/k_x) width/w - width/2, (i + (n+½)/k_y) height/h - height/2),
///   R = [[cos angle, sin angle], [-sin angle, cos angle]].
///
/// A sample counts nothing where x < -1, y < -1, x > W or y > H; what else lies outside the pixels' centres
/// is moved to the nearest. It needs a `size`, takes no padding but a fill, and `interpolation` is
/// `bilinear`.
struct TurnedForm {
    Point centre;       ///< pixels, edge coordinates
    double width = 0;   ///< > 0
    double height = 0;  ///< > 0
    double angle = 0;   ///< degrees, counter-clockwise on the screen
    int samples = 0;    ///< k_x = k_y ≥ 1, or 0: ⌈width/w⌉ and ⌈height/h⌉
};

/// A window of `size`, which is needed, where TensorFlow's `extract_glimpse` puts it: along an axis of S
/// pixels, o being the offset, times S where it is `normalised`, the window of n begins, rounded towards 0,
/// at
///   version 1  o/2 + S/2 - n/2 where it is `centred`, and o - n/2 where not;
///   version 2  o/2 + S/2 - n/2 of a normalised one and o + S/2 of another where it is centred, and o where
///              not.
struct OffsetForm {
    Point offset;
    bool centred = true;
    bool normalised = true;
    int version = 2;  ///< 1 or 2
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
    using SampledForm = crop_form::SampledForm;
    using OffsetForm = crop_form::OffsetForm;
    using TurnedForm = crop_form::TurnedForm;

    std::variant<BoxForm, IndexForm, SampledForm, OffsetForm, TurnedForm> form;
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
