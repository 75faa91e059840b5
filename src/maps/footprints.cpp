#include "maps/footprints.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "kernels/kernels.hpp"
#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "pixels/matrix_lines.hpp"

namespace glimpse {

namespace {

std::string at_pixel(int j, int i) {
    return "glimpse pixel (" + std::to_string(j) + ", " + std::to_string(i) + ") ";
}

/// The key that has made footprints of samples.
constexpr std::string_view key_of(const Footprints& footprints) {
    return footprints.gaussians ? "angle" : footprints.means ? "samples" : "antialias";
}

double weights_of(const AnyFootprint& footprint) {
    return std::visit([](const auto& one) { return one.weights(); }, footprint);
}

Extent bounds_of(const AnyFootprint& footprint) {
    return std::visit([](const auto& one) { return one.bounds(); }, footprint);
}

/// The sum of each glimpse pixel's weights, row by row, in float64.
template <typename Visit>
void for_each_sum(const Footprints& footprints, const LinearMap& map, Visit&& visit) {
    FootprintTaps taps(footprints, map);
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) {
            double sum = 0;
            taps.for_each_run(j, i, [&](int, int, std::span<const float> weights) {
                for (const float weight : weights) sum += static_cast<double>(weight);
            });
            visit(i, j, sum);
        }
    }
}

}  // namespace

bool FootprintTaps::is_seen(const AnyFootprint& footprint) const {
    if (footprints_.padding != Padding::zeros) return true;
    const auto [left, top, right, bottom] = bounds_of(footprint);
    return right > -1 && bottom > -1 && left < columns_.size && top < rows_.size;
}

std::optional<AnyFootprint> FootprintTaps::seen_footprint(int j, int i) const {
    const Point centre = footprints_.points.at(j, i);
    if (std::isnan(centre.x)) return std::nullopt;
    const SamplingPoints::Jacobian derivatives = jacobian(footprints_, j, i, width_);
    const Size image{columns_.size, rows_.size};
    const AnyFootprint footprint = [&]() -> AnyFootprint {
        if (footprints_.gaussians)
            return GaussianFootprint(centre, derivatives, *footprints_.gaussians, image);
        if (footprints_.means) return SampledFootprint(centre, derivatives, *footprints_.means, image);
        return PixelFootprint(centre, derivatives);
    }();
    return is_seen(footprint) ? std::optional(footprint) : std::nullopt;
}

Rectangle FootprintTaps::support(int j, int i) const {
    const auto footprint = seen_footprint(j, i);
    if (!footprint) return {};
    return std::visit([&](const auto& one) { return support_of(one); }, *footprint);
}

Rectangle FootprintTaps::support_of(const auto& footprint) const {
    const bool is_padded = footprints_.padding != Padding::zeros;
    const Positions rows = seen_rows(footprint);
    Rectangle around;
    for (std::int64_t y = rows.begin; y < rows.end; ++y) {
        const Positions run = footprint.columns(y);
        const int row = run.empty() ? 0 : padded(rows_, y);
        const auto include = [&](int begin, int end) {
            around = smallest_containing(around, {begin, row, end - begin, 1});
        };
        const Positions inner = within(run, columns_.size);
        if (!inner.empty()) include(static_cast<int>(inner.begin), static_cast<int>(inner.end));
        for (std::int64_t x = run.begin; is_padded && x < run.end; ++x) {
            if (x >= 0 && x < columns_.size) {
                x = columns_.size - 1;
            } else if (const int column = padded(columns_, x); !around.contains({column, row, 1, 1})) {
                include(column, column + 1);
            }
        }
    }
    return around;
}

void require_weights(double weights, std::string_view key) {
    if (weights <= most_footprint_weights) return;
    const std::string quoted = '"' + std::string(key) + '"';
    throw Error("by its " + quoted + " the glimpse looks at " + number_text(weights) + " pixels, and " +
                power_of_two(static_cast<std::uint64_t>(most_footprint_weights)) +
                " are the most; give a larger size or a smaller part of the image, or leave " + quoted +
                " out");
}

void require_computable(const Footprints& footprints, const LinearMap& map) {
    constexpr double farthest = 1e12;
    const FootprintTaps taps(footprints, map);
    const std::string_view key = key_of(footprints);
    const std::string remedy = "; leave \"" + std::string(key) + "\" out";
    double weights = 0;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) {
            if (std::isnan(footprints.points.at(j, i).x)) continue;
            if (!std::isfinite(greatest_singular_value(jacobian(footprints, j, i, map.glimpse.width))))
                throw Error(at_pixel(j, i) + "has an infinite footprint" + remedy);
            const auto footprint = taps.seen_footprint(j, i);
            if (!footprint) continue;
            weights += weights_of(*footprint);
            const auto [left, top, right, bottom] = bounds_of(*footprint);
            if (!(std::max({-left, -top, right, bottom}) <= farthest))
                throw Error(at_pixel(j, i) + "looks more than " + number_text(farthest) +
                            " pixels away from the image" + remedy);
            require_weights(weights, key);
        }
    }
}

Rectangle support(const Footprints& footprints, const LinearMap& map) {
    const FootprintTaps taps(footprints, map);
    Rectangle all;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) all = smallest_containing(all, taps.support(j, i));
    }
    return all;
}

cv::Mat attention(const Footprints& footprints, const LinearMap& map, const Rectangle& support) {
    cv::Mat sums = cv::Mat::zeros(support.height, support.width, CV_64F);
    for_each_run(footprints, map, [&](int, int, int y, int x, std::span<const float> weights) {
        auto* sum = sums.ptr<double>(y - support.y) + (x - support.x);
        for (const float weight : weights) *sum++ += static_cast<double>(weight);
    });
    cv::Mat rounded_sums;
    sums.convertTo(rounded_sums, CV_32F);
    return rounded_sums;
}

ImageRegion block_attention(const Footprints& footprints, const LinearMap& map, int n) {
    return block_attention_by_shrinking(map, shrunk(footprints, n), n);
}

cv::Mat row_sums(const Footprints& footprints, const LinearMap& map) {
    cv::Mat sums(map.glimpse.height, map.glimpse.width, CV_32F);
    for_each_sum(footprints, map,
                 [&](int i, int j, double sum) { sums.at<float>(i, j) = static_cast<float>(sum); });
    return sums;
}

double inside(const Footprints& footprints, const Lowered& lowered) {
    const Size image = lowered.map.image;
    // What is added to a Gaussian's mass takes much between the pixels of a narrow one, and nothing of that
    // lies outside.
    const auto keeps_all = [&](int j, int i) {
        const auto [x, y] = footprints.points.at(j, i);
        return footprints.gaussians && footprints.gaussians->sees_image_alone && x >= -0.5 &&
               x <= image.width - 0.5 && y >= -0.5 && y <= image.height - 0.5;
    };
    double shares = 0;
    for_each_sum(footprints, lowered.map,
                 [&](int i, int j, double sum) { shares += keeps_all(j, i) ? 1 : share_of(sum, 1); });
    return shares / static_cast<double>(lowered.map.glimpse.area()) / lowered.full_weight;
}

MapKind shrunk(const Footprints& footprints, int n) {
    Footprints small = footprints;
    small.points = footprints.points.shrunk(n);
    for (auto& jacobian : small.jacobians) {
        for (auto& row : jacobian) {
            for (double& derivative : row) derivative /= n;
        }
    }
    if (small.gaussians) small.gaussians->added /= double(n) * n;  // as their masses
    return small;
}

std::vector<Point> outline(const Footprints& footprints, const Lowered& lowered) {
    return outline_by_points(footprints.points, lowered);
}

double pitch(const Footprints& footprints, const Lowered& lowered) {
    return pitch_by_points(footprints.points, lowered);
}

MostWeights most_weights(const Footprints& footprints, const LinearMap& map) {
    const FootprintTaps taps(footprints, map);
    MostWeights most;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) {
            const auto footprint = taps.seen_footprint(j, i);
            if (!footprint) continue;
            const double weights = weights_of(*footprint);
            most.all += weights;
            most.of_one = std::max(most.of_one, weights);
        }
    }
    return most;
}

std::int64_t multiply_adds(const Footprints& footprints, const LinearMap& map) {
    constexpr double weight_cost = 8;  // of a weight that is computed twice, relative to a tap of a band
    return static_cast<std::int64_t>(weight_cost * most_weights(footprints, map).all);
}

cv::Mat read(const Footprints& footprints, const LinearMap& map, const ImageRegion& image, int depth) {
    const int channels = image.pixels.channels();
    cv::Mat out(map.glimpse.height, map.glimpse.width, CV_MAKETYPE(depth, channels));
    if (image.region.empty()) return out.setTo(0), out;
    FootprintTaps taps(footprints, map);
    const auto values = static_cast<std::size_t>(out.cols) * static_cast<std::size_t>(channels);
    std::vector<float> row(values + 1);
    std::vector<double> sums(static_cast<std::size_t>(channels));
    const Lines lines = lines_of(image.pixels);
    const cv::Mat& pixels = image.pixels;
    const std::uint8_t* const end =
        pixels.ptr(pixels.rows - 1) + std::size_t(pixels.cols) * pixels.elemSize();
    for (int i = 0; i < out.rows; ++i) {
        float* to = row.data();
        for (int j = 0; j < out.cols; ++j) {
            std::ranges::fill(sums, 0.0);
            taps.for_each_run(j, i, [&](int y, int x, std::span<const float> weights) {
                kernels().add_run({.in = pixels.ptr(y - image.region.y, x - image.region.x),
                                   .end = end,
                                   .element = lines.element,
                                   .channels = channels,
                                   .weights = weights.data(),
                                   .count = std::ssize(weights),
                                   .sum = sums.data()});
            });
            for (const double sum : sums) *to++ = static_cast<float>(sum);
        }
        kernels().round(row.data(), values, out.ptr(i), element_of(depth));
    }
    return out;
}

ImageRegion write(const Footprints& footprints, const LinearMap& map, const cv::Mat& glimpse) {
    const Rectangle region = support(footprints, map);
    if (region.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat out = cv::Mat::zeros(region.height, region.width, CV_32FC(channels));
    for_each_run(footprints, map, [&](int i, int j, int y, int x, std::span<const float> weights) {
        const float* const in = glimpse.ptr<float>(i) + std::ptrdiff_t{j} * channels;
        float* to = out.ptr<float>(y - region.y) + std::ptrdiff_t{x - region.x} * channels;
        for (const float weight : weights) {
            for (int c = 0; c < channels; ++c) *to++ += weight * in[c];
        }
    });
    return {region, out};
}

}  // namespace glimpse
