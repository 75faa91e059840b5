#include <algorithm>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

#include "kernels/kernels.hpp"
#include "maps/samples.hpp"
#include "pixels/element_type.hpp"

// How `Samples` are read and written.

namespace glimpse {

namespace {

/// A loop of the kernels, for points that are at least `low`, and `margin` less than the length of each axis.
struct SampleLoop {
    void (*run)(const SampleTask&);
    double low;
    double margin;
};

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

/// Reads `Samples` row by row: samples whose whole footprint lies inside the image by the kernels, the others
/// tap by tap. The choice does not depend on the region, so that a glimpse never depends on what else is
/// decoded.
class SampledRows {
  public:
    SampledRows(const LinearMap& map, const Samples& samples, const ImageRegion& image)
        : map_(map),
          samples_(samples),
          affine_(samples.points.affine()),
          loop_(sample_loop(samples.interpolation)),
          image_(image),
          channels_(image.pixels.channels()),
          end_of_data_(image.pixels.step[0] * (image.pixels.rows - 1) +
                       image.pixels.cols * image.pixels.elemSize()) {}

    /// C values for each pixel of row i; `row` has room for one value more.
    void read(int i, float* row) const {
        const Interval inner = inner_samples(i);
        if (!inner.empty()) loop_->run(task(i, inner, row));
        read_taps(i, {0, inner.begin}, row);
        read_taps(i, {inner.end, map_.glimpse.width}, row);
    }

  private:
    /// Those of row i for the loop.
    [[nodiscard]] Interval inner_samples(int i) const {
        if (!affine_ || end_of_data_ >> 31 != 0 || !loop_) return {};
        const Point low{loop_->low, loop_->low};
        const Point high{map_.image.width - loop_->margin, map_.image.height - loop_->margin};
        if (high.x < low.x || high.y < low.y) return {};
        const Interval inner = samples_within(*affine_, i, map_.glimpse.width, low, high);
        return inner.length() < minimum_samples ? Interval{} : inner;
    }

    [[nodiscard]] SampleTask task(int i, Interval part, float* row) const {
        const Point start = (*affine_)(0, i);
        return {lines_of(image_.pixels),
                static_cast<std::ptrdiff_t>(end_of_data_),
                channels_,
                image_.region.x,
                image_.region.y,
                start.x,
                start.y,
                affine_->m[0][0],
                affine_->m[1][0],
                part.begin,
                part.end,
                row};
    }

    void read_taps(int i, Interval part, float* row) const {
        if (part.empty()) return;
        std::fill(row + std::ptrdiff_t{part.begin} * channels_, row + std::ptrdiff_t{part.end} * channels_,
                  0.0F);
        with_element_type(image_.pixels.depth(), [&]<typename T>(T) {
            for_each_tap_in_row(samples_, map_, i, part, [&](int j, int y, int x, float weight) {
                const T* in = image_.pixels.ptr<T>(y - image_.region.y) +
                              std::ptrdiff_t{x - image_.region.x} * channels_;
                float* to = row + std::ptrdiff_t{j} * channels_;
                for (int c = 0; c < channels_; ++c) to[c] += weight * static_cast<float>(in[c]);
            });
        });
    }

    const LinearMap& map_;
    const Samples& samples_;
    const Affine* affine_;
    std::optional<SampleLoop> loop_;
    const ImageRegion& image_;
    int channels_;
    std::size_t end_of_data_;
};

}  // namespace

cv::Mat read(const Samples& samples, const LinearMap& map, const ImageRegion& image, int depth) {
    cv::Mat out(map.glimpse.height, map.glimpse.width, CV_MAKETYPE(depth, image.pixels.channels()));
    if (image.region.empty()) return out.setTo(0), out;
    const SampledRows rows(map, samples, image);
    const auto values = static_cast<std::size_t>(out.cols) * static_cast<std::size_t>(out.channels());
    std::vector<float> row(values + 1);
    for (int i = 0; i < out.rows; ++i) {
        rows.read(i, row.data());
        kernels().round(row.data(), values, out.ptr(i), element_of(depth));
    }
    return out;
}

ImageRegion write(const Samples& samples, const LinearMap& map, const cv::Mat& glimpse) {
    const Rectangle region = support(map);
    if (region.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat out = cv::Mat::zeros(region.height, region.width, CV_32FC(channels));
    for_each_tap(samples, map, [&](int i, int j, int y, int x, float weight) {
        const float* in = glimpse.ptr<float>(i) + std::ptrdiff_t{j} * channels;
        float* to = out.ptr<float>(y - region.y) + std::ptrdiff_t{x - region.x} * channels;
        for (int c = 0; c < channels; ++c) to[c] += weight * in[c];
    });
    return {region, out};
}

}  // namespace glimpse
