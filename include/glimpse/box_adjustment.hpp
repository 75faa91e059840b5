#pragma once

#include <optional>

#include "glimpse/export.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// Where the whole pixels of a tracker's window begin, a square of side a = round(√((w + p)(h + p))) around a
/// box [x, y, w, h] in edge coordinates, p = context · (w + h)/2:
///   pysot   ⌊c - (a + 1)/2 + ½⌋, c = x + (w - 1)/2; the side rounded half to even;
///   siamfc  round(c - (a + 1)/2) - 1, c = x + 1 + w/2, pixels counted from 1; both rounded half away from 0;
/// y likewise. The first is `get_subwindow` of pysot (https://github.com/STVIR/pysot), the second that of
/// SiamFC (Bertinetto et al. 2016, "Fully-Convolutional Siamese Networks for Object Tracking") in MATLAB,
/// with the positions that they take a rectangle for. Neither is centred on the box: the first lies ½ to 1½
/// pixels to its upper left, the second less than 1.
enum class TrackerWindow { pysot, siamfc };

/// How boxes are changed, about their centre, before they are used: a box w×h becomes
///   (1 + context) w × (1 + context) h, and with `square` its longer side in both directions; or, with
///   `tracker`, a tracker's window.
/// Of a crop that is sampled between two corners w and h are their distances in pixels, those of
/// `crop_and_resize` being between pixels' centres: (W-1) |x1-x0| and (H-1) |y1-y0|. Mirrored ones stay so.
struct BoxAdjustment {
    std::optional<double>
        context;           ///< ≥ 0; without it 0, and 1 for `tracker`: the trackers' context amount of ½
    bool square = false;   ///< the longer side in both directions
    bool tracker = false;  ///< the window of a tracker
    TrackerWindow window = TrackerWindow::pysot;  ///< whose window

    /// Whether every box stays as it is.
    [[nodiscard]] bool is_identity() const { return !context && !square && !tracker; }
};

/// The adjusted box, both in pixels.
GLIMPSE_EXPORT Box adjusted(const Box& box, const BoxAdjustment& adjustment);

/// Whether the mechanism has a box, which alone can be adjusted.
GLIMPSE_EXPORT bool has_box(const Mechanism& mechanism);

/// Throws `Error` for a tracker's window of a mechanism with a box and without a fill, and of a crop that is
/// sampled, which has no whole pixels.
GLIMPSE_EXPORT void require_adjustable(const Mechanism& mechanism, const BoxAdjustment& adjustment);

/// The mechanism with its box, if it has one, adjusted and in pixels of an image of size `image`. Where a
/// square's glimpse takes the size of its box, the side is rounded to whole pixels first. With `tracker`,
/// what lies outside the image is filled with its mean, unless the mechanism says otherwise. Throws
/// `InvalidParameter` as `in_pixels`, and `Error` as `require_adjustable`, and for a tracker's window that
/// lies wholly outside the image where neither padding nor fill is given.
GLIMPSE_EXPORT Mechanism adjusted(const Mechanism& mechanism, const BoxAdjustment& adjustment, Size image);

}  // namespace glimpse
