#include "maps/sampled.hpp"

#include "maps/samples.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// The taps of the points step · j + start, 0 ≤ j < count.
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

MapKind sampled(Samples samples, Size image, Size glimpse) {
    const Affine* affine = samples.points.affine();
    if (!affine || !affine->axis_aligned()) return samples;
    const auto [x, y] = image_sampler(samples, image);
    const auto& m = affine->m;
    return Separable{.rows = sampled_axis(y, m[1][1], m[1][2], glimpse.height),
                     .columns = sampled_axis(x, m[0][0], m[0][2], glimpse.width)};
}

}  // namespace glimpse
