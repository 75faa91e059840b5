#pragma once

namespace glimpse {

/// One axis of the map from normalised image coordinates to pixels, t → slope · t + middle: the table of
/// `SpatialTransformer`.
struct ToPixels {
    double slope;
    double middle;

    double operator()(double t) const { return slope * t + middle; }
    /// t; the slope is not 0.
    [[nodiscard]] double inverse(double pixel) const { return (pixel - middle) / slope; }
};

/// Of an axis of `size` pixels.
inline ToPixels to_pixels(int size, bool align_corners) {
    return {(align_corners ? size - 1.0 : size) / 2.0, (size - 1.0) / 2.0};
}

}  // namespace glimpse
