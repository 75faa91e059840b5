#include "fitting/linearized.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/reading.hpp"
#include "mechanisms/moving_points.hpp"
#include "system/random.hpp"

namespace glimpse::fitting {

namespace {

constexpr std::uint32_t auxiliary_samples = 7;

/// The displaced points of one auxiliary sample of each glimpse pixel, and how far they are displaced.
struct Displaced {
    std::vector<Point> points;
    std::vector<Point> by;
};

double stride_at(const SamplingPoints& points, int j, int i) {
    const SamplingPoints::Jacobian jacobian = points.jacobian(j, i);
    return std::sqrt(std::abs(jacobian[0][0] * jacobian[1][1] - jacobian[0][1] * jacobian[1][0]));
}

Displaced displaced(const SamplingPoints& points, Size size, std::uint64_t seed, std::uint32_t draw,
                    std::uint32_t sample) {
    Displaced all;
    std::uint32_t pixel = 0;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j, ++pixel) {
            const auto [e_x, e_y] = normal_pair(philox({pixel, sample, draw, 0}, philox_key(seed)));
            const double s = std::hypot(stride_at(points, j, i) / 4, 1.0);
            const Point by{s * e_x, s * e_y};
            const Point at = points.at(j, i);
            all.points.push_back({at.x + by.x, at.y + by.y});
            all.by.push_back(by);
        }
    }
    return all;
}

cv::Mat read_at(const Lowered& lowered, std::vector<Point> points, const ImageRegion& image) {
    Lowered there = lowered;
    there.matrix.reset();
    std::get<Samples>(there.map.kind).points = SamplingPoints(std::move(points), lowered.map.glimpse.width);
    return read_glimpse(CpuBackend(), there, image, CV_32F);
}

const SpatialTransformer& transformer_in(const Mechanism& mechanism) {
    if (const auto* const transformer = std::get_if<SpatialTransformer>(&mechanism)) return *transformer;
    throw InvalidParameter(
        "", "linearized gradients are of glimpses that sample the image, as transformers do; " +
                std::string(name(mechanism)) + " does not");
}

/// The sums of a pixel's normal equations, of which it has one pair of right sides for each channel.
struct NormalEquations {
    double xx = 0;
    double xy = 0;
    double yy = 0;
};

}  // namespace

ImageSlopes linearized_slopes(const Lowered& sampled, const ImageRegion& image, std::uint64_t seed,
                              std::uint32_t draw) {
    const SamplingPoints& points = std::get<Samples>(sampled.map.kind).points;
    const Size size = sampled.map.glimpse;
    const cv::Mat centre = read_glimpse(CpuBackend(), sampled, image, CV_32F);
    ImageSlopes sums{cv::Mat::zeros(centre.size(), centre.type()),
                     cv::Mat::zeros(centre.size(), centre.type())};
    std::vector<NormalEquations> equations(static_cast<std::size_t>(size.area()));
    const int channels = centre.channels();
    for (std::uint32_t sample = 1; sample <= auxiliary_samples; ++sample) {
        const Displaced other = displaced(points, size, seed, draw, sample);
        const cv::Mat difference = read_at(sampled, other.points, image) - centre;
        for (std::size_t k = 0; k < equations.size(); ++k) {
            const Point by = other.by[k];
            equations[k].xx += by.x * by.x;
            equations[k].xy += by.x * by.y;
            equations[k].yy += by.y * by.y;
            for (int c = 0; c < channels; ++c) {
                const std::size_t at = k * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c);
                const float rise = difference.ptr<float>()[at];
                sums.x.ptr<float>()[at] += static_cast<float>(by.x * rise);
                sums.y.ptr<float>()[at] += static_cast<float>(by.y * rise);
            }
        }
    }
    for (std::size_t k = 0; k < equations.size(); ++k) {
        const auto& [xx, xy, yy] = equations[k];
        const double det = xx * yy - xy * xy;  // > 0: seven displacements are never all on one line
        for (int c = 0; c < channels; ++c) {
            const std::size_t at = k * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c);
            const double x = sums.x.ptr<float>()[at];
            const double y = sums.y.ptr<float>()[at];
            sums.x.ptr<float>()[at] = static_cast<float>((yy * x - xy * y) / det);
            sums.y.ptr<float>()[at] = static_cast<float>((xx * y - xy * x) / det);
        }
    }
    return sums;
}

void require_samples(const Mechanism& mechanism) {
    transformer_in(mechanism);
}

Lowered as_samples(const Mechanism& mechanism, Size image) {
    const SpatialTransformer& transformer = transformer_in(mechanism);
    Lowered sampled = lower(mechanism, image);
    sampled.map.kind = Samples{.points = sampling_points(transformer, image, sampled.map.glimpse),
                               .interpolation = transformer.interpolation,
                               .padding = transformer.padding.value_or(Padding::zeros),
                               .mirror = transformer.align_corners ? Mirror::centres : Mirror::edges};
    return sampled;
}

std::vector<cv::Mat> linearized_gradients(const Mechanism& mechanism, const ImageRegion& image,
                                          std::span<const std::string> pointers, std::uint64_t seed,
                                          std::uint32_t draw) {
    const Size size{image.region.width, image.region.height};
    const Lowered sampled = as_samples(mechanism, size);
    const ImageSlopes slopes = linearized_slopes(sampled, image, seed, draw);
    const int channels = slopes.x.channels();
    const auto moving = moving_points(transformer_in(mechanism), size, sampled.map.glimpse);
    std::vector<cv::Mat> all;
    for (const std::string& pointer : pointers) {
        const auto found = std::ranges::find(moving, pointer, &MovingPoints::parameter);
        cv::Mat& values = all.emplace_back(slopes.x.size(), slopes.x.type());
        for (int i = 0; i < values.rows; ++i) {
            for (int j = 0; j < values.cols; ++j) {
                const Point velocity = found->velocity(j, i);
                for (int c = j * channels; c < (j + 1) * channels; ++c) {
                    values.ptr<float>(i)[c] = static_cast<float>(slopes.x.ptr<float>(i)[c] * velocity.x +
                                                                 slopes.y.ptr<float>(i)[c] * velocity.y);
                }
            }
        }
    }
    return all;
}

}  // namespace glimpse::fitting
