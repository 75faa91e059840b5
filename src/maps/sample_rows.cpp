#include "maps/sample_rows.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "pixels/element_type.hpp"

namespace glimpse {

namespace {

/// None for nearest pixels, which are read tap by tap: one place alone breaks ties.
std::optional<SampleLoop> sample_loop(Interpolation interpolation) {
    switch (interpolation) {
        case Interpolation::nearest:
            break;
        case Interpolation::bilinear:
            return SampleLoop{kernels().sample_bilinear, 0, 1};  // the last pixel's neighbour has no weight
        case Interpolation::bicubic:
            return SampleLoop{kernels().sample_bicubic, 1, 3};
    }
    return std::nullopt;
}

}  // namespace

SampledRows::SampledRows(const LinearMap& map, const Samples& samples, const ImageRegion& image)
    : map_(map),
      samples_(samples),
      affine_(samples.points.affine()),
      loop_(sample_loop(samples.interpolation)),
      image_(image),
      channels_(image.pixels.channels()),
      end_of_data_(image.pixels.step[0] * (image.pixels.rows - 1) +
                   image.pixels.cols * image.pixels.elemSize()) {}

void SampledRows::read(int i, float* row) const {
    const Interval inner = inner_samples(i);
    if (!inner.empty()) loop_->run(task(i, inner, row));
    read_taps(i, {0, inner.begin}, row);
    read_taps(i, {inner.end, map_.glimpse.width}, row);
}

/// Those of row i for the loop.
Interval SampledRows::inner_samples(int i) const {
    if (end_of_data_ >> 31 != 0 || !loop_) return {};
    const Point low{loop_->low, loop_->low};
    const Point high{map_.image.width - loop_->margin, map_.image.height - loop_->margin};
    if (high.x < low.x || high.y < low.y) return {};
    const Interval inner =
        affine_ ? samples_within(*affine_, i, map_.glimpse.width, low, high) : listed_within(i, low, high);
    return inner.length() < minimum_samples ? Interval{} : inner;
}

/// The points of row i.
const Point* SampledRows::listed_row(int i) const {
    return samples_.points.listed()->data() + std::ptrdiff_t{i} * map_.glimpse.width;
}

/// The longest run of listed points within low … high.
Interval SampledRows::listed_within(int i, Point low, Point high) const {
    const int width = map_.glimpse.width;
    if (lie_within(samples_.points, low, high)) return {0, width};
    const Point* const row = listed_row(i);
    const auto is_within = [&](const Point& p) {
        return int(p.x >= low.x) & int(p.x <= high.x) & int(p.y >= low.y) & int(p.y <= high.y);
    };
    int count = 0;  // without a branch: mostly all of them are
    for (int j = 0; j < width; ++j) count += is_within(row[j]);
    if (count == width) return {0, width};
    Interval longest;
    Interval run;
    for (int j = 0; j < width; ++j) {
        run = is_within(row[j]) ? Interval{run.empty() ? j : run.begin, j + 1} : Interval{};
        if (run.length() > longest.length()) longest = run;
    }
    return longest;
}

SampleRowTask SampledRows::task(int i, Interval part, float* row) const {
    static_assert(sizeof(Point) == 2 * sizeof(double), "a list of points is one of x and y");
    const Point start = samples_.points.at(0, i);
    return {lines_of(image_.pixels),
            static_cast<std::ptrdiff_t>(end_of_data_),
            channels_,
            image_.region.x,
            image_.region.y,
            start.x,
            start.y,
            affine_ ? affine_->m[0][0] : 0,
            affine_ ? affine_->m[1][0] : 0,
            affine_ ? nullptr : &listed_row(i)->x,
            part.begin,
            part.end,
            row};
}

void SampledRows::read_taps(int i, Interval part, float* row) const {
    if (part.empty()) return;
    std::fill(row + std::ptrdiff_t{part.begin} * channels_, row + std::ptrdiff_t{part.end} * channels_, 0.0F);
    with_element_type(image_.pixels.depth(), [&]<typename T>(T) {
        for_each_tap_in_row(samples_, map_, i, part, [&](int j, int y, int x, float weight) {
            const T* in =
                image_.pixels.ptr<T>(y - image_.region.y) + std::ptrdiff_t{x - image_.region.x} * channels_;
            float* to = row + std::ptrdiff_t{j} * channels_;
            for (int c = 0; c < channels_; ++c) to[c] += weight * static_cast<float>(in[c]);
        });
    });
}

}  // namespace glimpse
