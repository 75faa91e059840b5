#include "mechanisms/resizing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// A kernel and where it ends: it is 0 where |t| ≥ reach.
struct ResizingKernel {
    double reach;
    double (*at)(double t);
};

constexpr ResizingKernel triangle{1, [](double t) { return std::max(0.0, 1.0 - std::abs(t)); }};

constexpr ResizingKernel cubic_of_half{2,
                                       [](double t) { return std::abs(t) < 2 ? taps::cubic<-2>(t) : 0.0; }};

double sinc(double t) {
    const double angle = std::numbers::pi * t;
    return angle == 0 ? 1 : std::sin(angle) / angle;
}

constexpr ResizingKernel lanczos{3, [](double t) { return std::abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0.0; }};

/// Adds the weight of a pixel of the box, inside the image or not: to the pixel itself, to the one that pads
/// for it, or to none.
void add_pixel(RowBuilder& row, const CroppedAxis& axis, int k, double weight) {
    const AxisTaps tap = axis_taps({axis.size, Interpolation::nearest, axis.padding, Mirror::edges}, k);
    if (tap.count == 1) row.add(tap.index[0], weight);
}

void add_widened(RowBuilder& row, const CroppedAxis& axis, int j, const ResizingKernel& kernel) {
    const double s = axis.scale();
    const double widening = std::max(1.0, s);
    const double reach = kernel.reach * widening;
    const double centre = axis.x0 + centre_from_edge(edge_from_centre(j) * s);
    const auto first = static_cast<int>(std::max<double>(axis.x0, std::ceil(centre - reach)));
    const auto last = static_cast<int>(std::min(axis.x0 + axis.length - 1.0, std::floor(centre + reach)));
    std::vector<double> weights;
    double sum = 0;
    for (int k = first; k <= last; ++k) {
        weights.push_back(kernel.at((k - centre) / widening));
        sum += weights.back();
    }
    int k = first;
    for (const double weight : weights) add_pixel(row, axis, k++, weight / sum);
}

/// The taps of a sample of the box alone, which its outer pixels continue.
void add_sample(RowBuilder& row, const CroppedAxis& axis, int j, Interpolation interpolation) {
    const AxisTaps taps = axis_taps({axis.length, interpolation, Padding::border},
                                    centre_from_edge(edge_from_centre(j) * axis.scale()));
    for (std::size_t t = 0; t < static_cast<std::size_t>(taps.count); ++t) {
        add_pixel(row, axis, axis.x0 + taps.index[t], taps.weight[t]);
    }
}

void add_nearest(RowBuilder& row, const CroppedAxis& axis, int j) {
    // Multiplied before divided: with a rounded s, a point on the edge between two pixels could fall into the
    // first.
    const double edge = edge_from_centre(j) * axis.length / axis.pixels;
    add_pixel(row, axis, axis.x0 + static_cast<int>(std::floor(edge)), 1);
}

/// What each pixel has of the cell, lengths being whole numbers of 1/pixels.
void add_overlaps(RowBuilder& row, const CroppedAxis& axis, int j) {
    const std::int64_t pixel = axis.pixels;
    const std::int64_t begin = std::int64_t{j} * axis.length;
    const std::int64_t end = begin + axis.length;
    for (std::int64_t k = begin / pixel; k * pixel < end; ++k) {
        const std::int64_t overlap = std::min(end, (k + 1) * pixel) - std::max(begin, k * pixel);
        add_pixel(row, axis, axis.x0 + static_cast<int>(k), static_cast<double>(overlap) / axis.length);
    }
}

void add_resized(RowBuilder& row, const CroppedAxis& axis, int j, Resampling resampling) {
    switch (resampling) {
        case Resampling::nearest:
            return add_nearest(row, axis, j);
        case Resampling::bilinear:
            return add_widened(row, axis, j, triangle);
        case Resampling::bicubic:
            return add_widened(row, axis, j, cubic_of_half);
        case Resampling::lanczos:
            return add_widened(row, axis, j, lanczos);
        case Resampling::area:
            return add_overlaps(row, axis, j);
        case Resampling::bilinear_samples:
            return add_sample(row, axis, j, Interpolation::bilinear);
        case Resampling::bicubic_samples:
            return add_sample(row, axis, j, Interpolation::bicubic);
    }
}

}  // namespace

BandedMatrix resized_axis(const CroppedAxis& axis, Resampling resampling) {
    BandedMatrix matrix(axis.size);
    RowBuilder row(matrix);
    for (int j = 0; j < axis.pixels; ++j) {
        if (axis.pixels == axis.length) {
            add_pixel(row, axis, axis.x0 + j, 1);
        } else {
            add_resized(row, axis, j, resampling);
        }
        row.finish_row();
    }
    return matrix;
}

}  // namespace glimpse
