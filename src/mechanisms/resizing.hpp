#pragma once

#include "glimpse/banded_matrix.hpp"
#include "glimpse/mechanisms/crop.hpp"

// How the pixels of a cropped box become those of a glimpse, along one axis.

namespace glimpse {

/// Pixels [x0, x0 + length) of an image axis of `size` pixels, which `padding` continues, to become `pixels`
/// glimpse pixels.
struct CroppedAxis {
    int x0;
    int length;
    int pixels;
    int size;
    Padding padding;

    [[nodiscard]] double scale() const { return static_cast<double>(length) / pixels; }
};

/// A row of weights for each glimpse pixel, as `Crop` has them; an axis that keeps its length is copied.
BandedMatrix resized_axis(const CroppedAxis& axis, Resampling resampling);

}  // namespace glimpse
