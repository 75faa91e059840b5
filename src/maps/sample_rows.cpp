#include "maps/sample_rows.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <vector>

#include "maps/point_extent.hpp"
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

Interval run_within(const SamplingPoints::Row& row, const Extent& around) {
    const int width = static_cast<int>(row.points.size());
    const auto holds = [&](const std::optional<Extent>& all) { return all && lies_within(*all, around); };
    if (holds(row.extent) || holds(known_extent(row.points))) return {0, width};
    Interval longest;
    Interval run;
    for (int j = 0; j < width; ++j) {
        const auto [x, y] = row.points[static_cast<std::size_t>(j)];
        const bool goes_on = x >= around.left && x <= around.right && y >= around.top && y <= around.bottom;
        run = goes_on ? Interval{run.empty() ? j : run.begin, j + 1} : Interval{};
        if (run.length() > longest.length()) longest = run;
    }
    return longest;
}

SampledRows::SampledRows(const LinearMap& map, const Samples& samples, const ImageRegion& image)
    : map_(map),
      samples_(samples),
      affine_(samples.points.affine()),
      loop_(sample_loop(samples.interpolation)),
      image_(image),
      channels_(image.pixels.channels()),
      end_of_data_(image.pixels.step[0] * (image.pixels.rows - 1) +
                   image.pixels.cols * image.pixels.elemSize()) {}

void SampledRows::for_each(const std::function<void(int, const float*)>& visit) const {
    const auto width = static_cast<std::size_t>(map_.glimpse.width);
    std::vector<float> values(width * static_cast<std::size_t>(channels_) + 1);
    const auto visit_row = [&](int i, const SamplingPoints::Row* points) {
        read(i, points, values.data());
        visit(i, values.data());
    };
    if (!affine_) return samples_.points.for_each_row([&](const auto& row) { visit_row(row.i, &row); });
    for (int i = 0; i < map_.glimpse.height; ++i) visit_row(i, nullptr);
}

void SampledRows::read(int i, const SamplingPoints::Row* points, float* row) const {
    const Interval inner = inner_samples(i, points);
    if (!inner.empty()) loop_->run(task(i, points, inner, row));
    read_taps(i, points, {0, inner.begin}, row);
    read_taps(i, points, {inner.end, map_.glimpse.width}, row);
}

/// Those of row i for the loop.
Interval SampledRows::inner_samples(int i, const SamplingPoints::Row* points) const {
    if (end_of_data_ >> 31 != 0 || !loop_) return {};
    if (points && std::max(map_.image.width, map_.image.height) > longest_sampled) return {};
    const Point low{loop_->low, loop_->low};
    const Point high{map_.image.width - loop_->margin, map_.image.height - loop_->margin};
    if (high.x < low.x || high.y < low.y) return {};
    const Interval inner = points ? run_within(*points, {low.x, low.y, high.x, high.y})
                                  : samples_within(*affine_, i, map_.glimpse.width, low, high);
    return inner.length() < minimum_samples ? Interval{} : inner;
}

SampleRowTask SampledRows::task(int i, const SamplingPoints::Row* points, Interval part, float* row) const {
    static_assert(sizeof(Point) == 2 * sizeof(double), "a list of points is one of x and y");
    const Point start = affine_ ? (*affine_)(0, i) : Point{};
    return {lines_of(image_.pixels),
            static_cast<std::ptrdiff_t>(end_of_data_),
            channels_,
            image_.region.x,
            image_.region.y,
            start.x,
            start.y,
            affine_ ? affine_->m[0][0] : 0,
            affine_ ? affine_->m[1][0] : 0,
            points ? &points->points.front().x : nullptr,
            part.begin,
            part.end,
            row};
}

void SampledRows::read_taps(int i, const SamplingPoints::Row* points, Interval part, float* row) const {
    if (part.empty()) return;
    std::fill(row + std::ptrdiff_t{part.begin} * channels_, row + std::ptrdiff_t{part.end} * channels_, 0.0F);
    const ImageSampler sampler = image_sampler(samples_, map_.image);
    const auto at = [&](int j) {
        return points ? points->points[static_cast<std::size_t>(j)] : (*affine_)(j, i);
    };
    with_element_type(image_.pixels.depth(), [&]<typename T>(T) {
        for_each_tap_in_row(sampler, part, at, [&](int j, int y, int x, float weight) {
            const T* in =
                image_.pixels.ptr<T>(y - image_.region.y) + std::ptrdiff_t{x - image_.region.x} * channels_;
            float* to = row + std::ptrdiff_t{j} * channels_;
            for (int c = 0; c < channels_; ++c) to[c] += weight * static_cast<float>(in[c]);
        });
    });
}

}  // namespace glimpse
