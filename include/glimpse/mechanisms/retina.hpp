#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// The forms that the place of a `Retina` comes in.
namespace retina_form {

/// The first window, and the centre of all. Its `angle` is 0.
using BoxForm = OrientedBox;

enum class CentreUnits : std::uint8_t {
    pixels,
    fraction,    ///< (x W, y H)
    normalised,  ///< ((x+1)/2 W, (y+1)/2 H), as the paper's l in [-1, 1]
    /// That, truncated to whole pixels as github.com/kevinzakka/recurrent-visual-attention does, in float32.
    truncated,
};

/// A point in edge coordinates. The first window is of the glimpse's size, so that there must be one.
struct CentreForm {
    Point centre;
    CentreUnits units = CentreUnits::pixels;
};

}  // namespace retina_form

/// How the windows of a retina are scaled.
enum class Pooling : std::uint8_t {
    mean,      ///< `Resampling::area`: the mean of each block
    triangle,  ///< `Resampling::bilinear`
};

/// What the windows of a retina have in common. They share it: a document may have millions.
struct RetinaScales {
    static constexpr int most = 32;

    int count = 3;      ///< 1 ≤ count ≤ `most`
    double factor = 2;  ///< > 1
    Pooling pooling = Pooling::mean;
    Fill fill{};  ///< instead of zeros; numbers of float32
};

/// These without a word of their own.
GLIMPSE_EXPORT std::shared_ptr<const RetinaScales> default_retina_scales();

/// Windows about one centre c, each a glimpse of one size w×h (Mnih et al. 2014, "Recurrent Models of Visual
/// Attention"). Window k, 0 ≤ k < count, is the crop, resized to w×h, of the box
///   [c - f^k (width, height)/2, c + f^k (width, height)/2],   f = `factor`,
/// rounded to whole pixels as a crop's is; width×height is that of the first, k = 0.
struct Retina {
    static constexpr std::string_view name = "retina";  ///< in documents

    using BoxForm = retina_form::BoxForm;
    using CentreForm = retina_form::CentreForm;

    std::variant<BoxForm, CentreForm> form;
    std::optional<Size> size;        ///< w×h; the box's own rounded size without it
    std::optional<Padding> padding;  ///< as a crop's
    std::optional<int> window;       ///< k, 0 ≤ k < `RetinaScales::most`; none: all of them
    std::shared_ptr<const RetinaScales> scales = default_retina_scales();  ///< never null
};

/// Its windows, each with its number; none where it is one of them already.
GLIMPSE_EXPORT std::vector<Retina> windows(const Retina& retina);

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const Retina& retina);

/// The map of one window for an image of size `image`. Throws `InvalidParameter`, also where no `window` says
/// which, or `Error` when the window lies wholly outside the image and neither padding nor fill is given.
GLIMPSE_EXPORT Lowered lower(const Retina& retina, Size image);

}  // namespace glimpse
