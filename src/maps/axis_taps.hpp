#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "glimpse/geometry.hpp"
#include "glimpse/sampling.hpp"
#include "kernels/cubic_convolution.hpp"

// The one place where a sampling point becomes taps. Interpolation and padding are separable: the taps of two
// axes are all that a sample needs, in the map and in its adjoint, on a CPU and on a GPU. GLIMPSE_HOST_DEVICE
// is `__host__ __device__` for CUDA's compiler, and otherwise nothing.

namespace glimpse {

/// The taps of a point before it is padded: pixels ⌊position⌋ - before … ⌊position⌋ + after, of which none
/// that has a weight lies farther away than `radius`. Nearest: of the rounded position.
struct Footprint {
    int before;
    int after;
    double radius;
};

constexpr Footprint footprint(Interpolation interpolation) {
    switch (interpolation) {
        case Interpolation::nearest:
            return {0, 0, 0.5};
        case Interpolation::bilinear:
            return {0, 1, 1};
        case Interpolation::bicubic:
            break;
    }
    return {1, 2, 2};
}

/// How one axis of an image of `size` pixels is sampled.
struct AxisSampler {
    int size;
    Interpolation interpolation;
    Padding padding;
    Mirror mirror = Mirror::edges;
};

/// The taps of one sampling point along one axis: pixels inside the image, which may repeat, and their
/// weights.
struct AxisTaps {
    int count = 0;
    std::array<int, 4> index{};
    std::array<double, 4> weight{};

    GLIMPSE_HOST_DEVICE void add(int pixel, double w) {
        if (w == 0) return;
        const auto n = static_cast<std::size_t>(count++);
        index[n] = pixel;
        weight[n] = w;
    }
};

namespace taps {

/// Keys' kernel at t, |t| ≤ 2.
template <int quarters_of_a = -3>
GLIMPSE_HOST_DEVICE double cubic(double t) {
    constexpr CubicConvolution<double, RoundedMultiplyAdd, quarters_of_a> kernel{};
    t = std::abs(t);
    return t <= 1 ? kernel.near(t) : kernel.far(t);
}

/// The mirror image of `position` between the two mirrors, clipped to the pixels' centres.
GLIMPSE_HOST_DEVICE inline double reflect(double position, int size, Mirror mirror) {
    if (position >= 0 && position <= size - 1.0) return position;  // exact, where fmod might round
    const double low = mirror == Mirror::centres ? 0.0 : centre_from_edge(0);
    const double span = mirror == Mirror::centres ? size - 1.0 : size;
    if (span == 0) return 0;
    const double from_mirror = std::fmod(std::abs(position - low), 2 * span);
    const double reflected = low + (from_mirror < span ? from_mirror : 2 * span - from_mirror);
    return std::clamp(reflected, 0.0, size - 1.0);
}

/// `position` clamped or reflected into the image, or, for zeros, as it is.
GLIMPSE_HOST_DEVICE inline double padded(const AxisSampler& sampler, double position) {
    switch (sampler.padding) {
        case Padding::zeros:
            break;
        case Padding::border:
            return std::clamp(position, 0.0, sampler.size - 1.0);
        case Padding::reflection:
            return reflect(position, sampler.size, sampler.mirror);
    }
    return position;
}

}  // namespace taps

/// Calls add(k, pixel, weight) for each tap k of the footprint of the sampling point at `position`, centre
/// coordinates, any finite number; of zeros outside the image, too. The sampler's own interpolation does not
/// matter.
template <Interpolation interpolation, typename Add>
GLIMPSE_HOST_DEVICE void for_each_axis_tap_by(const AxisSampler& sampler, double position, Add&& add) {
    if constexpr (interpolation == Interpolation::nearest) {
        add(0, std::nearbyint(taps::padded(sampler, position)), 1.0);
    } else if constexpr (interpolation == Interpolation::bilinear) {
        position = taps::padded(sampler, position);
        const double left = std::floor(position);
        const double fraction = position - left;
        add(0, left, 1 - fraction);
        add(1, left + 1, fraction);
    } else {
        const double left = std::floor(position);
        for (int k = -1; k <= 2; ++k) {
            add(k + 1, taps::padded(sampler, left + k), taps::cubic(position - (left + k)));
        }
    }
}

/// The same by the sampler's interpolation.
template <typename Add>
GLIMPSE_HOST_DEVICE void for_each_axis_tap(const AxisSampler& sampler, double position, Add&& add) {
    switch (sampler.interpolation) {
        case Interpolation::nearest:
            return for_each_axis_tap_by<Interpolation::nearest>(sampler, position, add);
        case Interpolation::bilinear:
            return for_each_axis_tap_by<Interpolation::bilinear>(sampler, position, add);
        case Interpolation::bicubic:
            return for_each_axis_tap_by<Interpolation::bicubic>(sampler, position, add);
    }
}

/// The taps of the sampling point at `position`, centre coordinates; any finite number.
GLIMPSE_HOST_DEVICE inline AxisTaps axis_taps(const AxisSampler& sampler, double position) {
    AxisTaps taps;
    for_each_axis_tap(sampler, position, [&](int, double pixel, double weight) {
        if (pixel >= 0 && pixel < sampler.size) taps.add(static_cast<int>(pixel), weight);
    });
    return taps;
}

/// How both axes of an image are sampled.
struct ImageSampler {
    AxisSampler columns;
    AxisSampler rows;
};

/// Calls visit(y, x, weight) for every tap of a sampling point.
template <typename Visit>
GLIMPSE_HOST_DEVICE void for_each_tap_at(const ImageSampler& sampler, Point point, Visit&& visit) {
    const AxisTaps x = axis_taps(sampler.columns, point.x);
    const AxisTaps y = axis_taps(sampler.rows, point.y);
    for (int b = 0; b < y.count; ++b) {
        for (int a = 0; a < x.count; ++a) {
            const auto m = static_cast<std::size_t>(b);
            const auto n = static_cast<std::size_t>(a);
            visit(y.index[m], x.index[n], static_cast<float>(y.weight[m] * x.weight[n]));
        }
    }
}

}  // namespace glimpse
