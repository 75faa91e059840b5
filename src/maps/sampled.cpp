#include "maps/sampled.hpp"

#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// The taps at step · j + start, j = 0 … count - 1.
BandedMatrix sampled_axis(const AxisSampler& sampler, double step, double start, int count) {
    BandedMatrix matrix(sampler.size);
    RowBuilder row(matrix);
    for (int j = 0; j < count; ++j) {
        row.add(axis_taps(sampler, step * j + start));
        row.finish_row();
    }
    return matrix;
}

}  // namespace

decltype(LinearMap::kind) sampled(const Samples& samples, Size image, Size glimpse) {
    const auto* affine = std::get_if<Affine>(&samples.points);
    if (!affine || !affine->axis_aligned()) return samples;
    const auto [x, y] = image_sampler(samples, image);
    const auto& m = affine->m;
    return Separable{sampled_axis(y, m[1][1], m[1][2], glimpse.height),
                     sampled_axis(x, m[0][0], m[0][2], glimpse.width)};
}

}  // namespace glimpse
