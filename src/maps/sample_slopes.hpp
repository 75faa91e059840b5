#pragma once

#include <array>
#include <functional>

#include "glimpse/linear_map.hpp"
#include "maps/axis_taps.hpp"

// How samples change as their points move.

namespace glimpse {

/// The taps of a sampling point along one axis, pixels inside the image, which may repeat, with their weights
/// and the derivatives of these by the position.
struct AxisSlopes {
    struct Tap {
        int index;
        double weight;
        double slope;
    };
    int count = 0;
    std::array<Tap, 4> taps{};
};

/// Of bilinear or bicubic samples; any finite position. As frameworks have it, the derivative at a whole
/// position is that to the right, and 0 of bilinear samples at the outer pixels' centres and beyond, where a
/// border stands for what lies outside, and where a reflection is clipped.
AxisSlopes axis_slopes(const AxisSampler& sampler, double position);

class SparseMatrixBuilder;

/// Adds the taps of two axes as they change while the point moves so.
void add_product(const AxisSlopes& x, const AxisSlopes& y, const Point& moves, SparseMatrixBuilder& builder);

/// ∂T(j, i)/∂p: how a sampling point moves with a parameter, in image pixels.
using Velocity = std::function<Point(int j, int i)>;

/// ∂g/∂p of samples whose points depend on a parameter p; for sizes of `map`:
///   g'[i, j] = Σ_q I[q] ∂k(q - T(j, i))/∂T · ∂T(j, i)/∂p
/// A point that is NaN sees nothing. Throws `std::logic_error` for nearest neighbours, which do not change.
SparseMatrix derivative(const Samples& samples, Size image, Size glimpse, const Velocity& velocity);

}  // namespace glimpse
