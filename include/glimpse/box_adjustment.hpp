#pragma once

#include <optional>

#include "glimpse/export.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// How boxes are changed, about their centre, before they are used: a box w×h becomes
///   (1 + context) w × (1 + context) h, and with `square` its longer side in both directions; or, with
///   `tracker`, a square of side √((w + p)(h + p)), p = context · (w + h)/2.
struct BoxAdjustment {
    std::optional<double> context;  ///< ≥ 0; without it 0, and 1 for `tracker`
    bool square = false;            ///< the longer side in both directions
    /// The window of SiamFC (Bertinetto et al. 2016, "Fully-Convolutional Siamese Networks for Object
    /// Tracking"), whose context amount of ½ is a `context` of 1 here, and of pysot.
    bool tracker = false;

    /// Whether every box stays as it is.
    [[nodiscard]] bool is_identity() const { return !context && !square && !tracker; }
};

/// The adjusted box, both in pixels.
GLIMPSE_EXPORT Box adjusted(const Box& box, const BoxAdjustment& adjustment);

/// Whether the mechanism has a box, which alone can be adjusted.
GLIMPSE_EXPORT bool has_box(const Mechanism& mechanism);

/// The mechanism with its box, if it has one, adjusted and in pixels of an image of size `image`. Where a
/// square's glimpse takes the size of its box, the side is rounded to whole pixels first. With `tracker`,
/// what lies outside the image is filled with its mean, unless the mechanism says otherwise. Throws
/// `InvalidParameter` as `in_pixels`, and `Error` for a tracker's window of a mechanism without a fill.
GLIMPSE_EXPORT Mechanism adjusted(const Mechanism& mechanism, const BoxAdjustment& adjustment, Size image);

}  // namespace glimpse
