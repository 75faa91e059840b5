#include "maps/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>
#include <span>

#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "maps/point_extent.hpp"
#include "maps/sample_rows.hpp"
#include "pixels/matrix_lines.hpp"

namespace glimpse {

namespace {

/// The first j in [0, count) of which a monotone predicate holds, or count; searched from a guess.
template <typename Holds>
int first_that(double guess, int count, Holds&& holds) {
    int j = guess > 0 ? static_cast<int>(std::min(guess, double(count))) : 0;  // 0 for NaN
    while (j > 0 && holds(j - 1)) --j;
    while (j < count && !holds(j)) ++j;
    return j;
}

/// The j at which one coordinate, start + j · step, lies within low … high.
template <typename Coordinate>
Interval within(double start, double step, double low, double high, int count, Coordinate&& at) {
    if (step == 0) return start >= low && start <= high ? Interval{0, count} : Interval{};
    const double from = std::ceil(((step > 0 ? low : high) - start) / step);
    const double to = std::floor(((step > 0 ? high : low) - start) / step) + 1;
    if (step > 0) {
        return {first_that(from, count, [&](int j) { return at(j) >= low; }),
                first_that(to, count, [&](int j) { return at(j) > high; })};
    }
    return {first_that(from, count, [&](int j) { return at(j) <= high; }),
            first_that(to, count, [&](int j) { return at(j) < low; })};
}

/// The pixels that [begin, end) is reflected to. A reflection at one border, the common case, is exact; any
/// other may reach the whole axis.
Interval folded(Interval line, int size) {
    if (line.begin >= 0 && line.end <= size) return line;
    if (line.begin < 0 && line.end > 0 && line.end <= size)
        return {0, std::min(size, std::max(line.end, -line.begin + 1))};
    if (line.end > size && line.begin >= 0 && line.begin < size) {
        // The pixel beyond the last one, at `size`, is the mirror image of one of the last two.
        return {std::max(0, std::min(line.begin, 2 * size - 1 - line.end)), size};
    }
    return {0, size};
}

/// All pixels that taps of the points in [low, high] can have, after padding.
Interval axis_support(const AxisSampler& sampler, double low, double high) {
    // Beyond it the result no longer changes, and an int suffices.
    const double limit = std::min(2.0 * sampler.size, 1e9) + 4;
    const bool nearest = sampler.interpolation == Interpolation::nearest;
    const auto pixel = [&](double position) {
        const double whole_number = nearest ? std::nearbyint(position) : std::floor(position);
        return static_cast<int>(std::clamp(whole_number, -limit, limit));
    };
    const auto [before, after, radius] = footprint(sampler.interpolation);
    int begin = pixel(low) - before;
    int end = pixel(high) + after + 1;
    if (sampler.padding == Padding::reflection) return folded({begin, end}, sampler.size);
    if (sampler.padding == Padding::border) {
        begin = std::min(begin, sampler.size - 1);
        end = std::max(end, 1);
    }
    return {std::max(begin, 0), std::min(end, sampler.size)};
}

/// From the first to the last of the taps' pixels.
Interval touched(const AxisTaps& taps) {
    if (taps.count == 0) return {};
    const auto [first, last] =
        std::ranges::minmax(std::span(taps.index).first(static_cast<std::size_t>(taps.count)));
    return {first, last + 1};
}

/// The smallest rectangle around the taps of a sampling point; empty where it has none.
Rectangle around_taps(const ImageSampler& sampler, const Point& point) {
    return rectangle(touched(axis_taps(sampler.columns, point.x)), touched(axis_taps(sampler.rows, point.y)));
}

/// The smallest rectangle around the taps of listed points.
Rectangle listed_support(const ImageSampler& sampler, const SamplingPoints& points) {
    // Inside the image the first and the last tap grow with the position; a bicubic kernel's do not, whose
    // outer weights are 0 at whole positions.
    const bool grows = sampler.columns.interpolation != Interpolation::bicubic;
    const Extent image{0, 0, sampler.columns.size - 1.0, sampler.rows.size - 1.0};
    Rectangle all;
    const auto include = [&](const Point& point) {
        all = smallest_containing(all, around_taps(sampler, point));
    };
    const auto include_extent = [&](const Extent& extent) {
        include({extent.left, extent.top});
        include({extent.right, extent.bottom});
    };
    const Extent* const all_points = points.listed_extent();
    if (grows && all_points && lies_within(*all_points, image)) {
        include_extent(*all_points);
        return all;
    }
    points.for_each_row([&](const SamplingPoints::Row& row) {
        const Interval inside = grows ? run_within(row, image) : Interval{};
        const auto first = row.points.begin();
        if (!inside.empty()) include_extent(*known_extent({first + inside.begin, first + inside.end}));
        std::for_each(first, first + inside.begin, include);
        std::for_each(first + inside.end, row.points.end(), include);
    });
    return all;
}

/// The smallest rectangle around the taps of affine samples without padding. Along a row both coordinates are
/// monotone, and so are the footprints, whose ends suffice; two samples at each end, since a footprint is
/// smaller at whole positions, where some weights are 0.
Rectangle unpadded_support(const Samples& samples, const Affine& affine, Size image, Size glimpse) {
    const ImageSampler sampler = image_sampler(samples, image);
    Rectangle all;
    const auto include = [&](const Point& point) {
        const Rectangle seen = around_taps(sampler, point);
        all = smallest_containing(all, seen);
        return seen.empty() ? 0 : 1;
    };
    const double radius = footprint(samples.interpolation).radius;
    const Point far{image.width - 1 + radius, image.height - 1 + radius};
    for (int i = 0; i < glimpse.height; ++i) {
        Interval seen = samples_within(affine, i, glimpse.width, {-radius, -radius}, far);
        for (int found = 0; found < 2 && !seen.empty(); ++seen.begin) found += include(affine(seen.begin, i));
        for (int found = 0; found < 2 && !seen.empty(); --seen.end) found += include(affine(seen.end - 1, i));
    }
    return all;
}

}  // namespace

Rectangle support(const Samples& samples, const LinearMap& map) {
    const ImageSampler sampler = image_sampler(samples, map.image);
    if (!samples.points.affine()) return listed_support(sampler, samples.points);
    if (samples.padding == Padding::zeros) {
        return unpadded_support(samples, *samples.points.affine(), map.image, map.glimpse);
    }
    const auto [left, top, right, bottom] = samples.points.bounds(map.glimpse);
    return rectangle(axis_support(sampler.columns, left, right), axis_support(sampler.rows, top, bottom));
}

cv::Mat attention(const Samples& samples, const LinearMap& map, const Rectangle& support) {
    cv::Mat sums = cv::Mat::zeros(support.height, support.width, CV_64F);
    for_each_tap(samples, map, [&](int, int, int y, int x, float weight) {
        sums.at<double>(y - support.y, x - support.x) += weight;
    });
    cv::Mat rounded_sums;
    sums.convertTo(rounded_sums, CV_32F);
    return rounded_sums;
}

ImageRegion block_attention(const Samples& samples, const LinearMap& map, int n) {
    return block_attention_by_shrinking(map, shrunk(samples, n), n);
}

cv::Mat row_sums(const Samples& samples, const LinearMap& map) {
    cv::Mat sums = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
    for_each_tap(samples, map, [&](int i, int j, int, int, float weight) { sums.at<float>(i, j) += weight; });
    return sums;
}

double inside(const Samples& samples, const Lowered& lowered) {
    const Size size = lowered.map.glimpse;
    const auto [columns, rows] = image_sampler(samples, lowered.map.image);
    const auto share = [](const AxisSampler& sampler, double position) {
        const AxisTaps taps = axis_taps(sampler, position);
        return share_of(std::accumulate(taps.weight.begin(), taps.weight.end(), 0.0), 1);
    };
    double shares = 0;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const Point point = samples.points.at(j, i);
            shares += share(columns, point.x) * share(rows, point.y);
        }
    }
    return shares / static_cast<double>(size.area()) / lowered.full_weight;
}

bool mixes_pixels(const Samples& samples) {
    return samples.interpolation != Interpolation::nearest;
}

MapKind shrunk(const Samples& samples, int n) {
    Samples small = samples;
    small.points = samples.points.shrunk(n);
    return small;
}

std::vector<Point> outline(const Samples& samples, const Lowered& lowered) {
    return outline_by_points(samples.points, lowered);
}

double pitch(const Samples& samples, const Lowered& lowered) {
    return pitch_by_points(samples.points, lowered);
}

std::int64_t multiply_adds(const Samples& samples, const LinearMap& map) {
    // The cost of a tap relative to one of a band: its index and weight must be computed first.
    constexpr std::int64_t sampled_tap_cost = 4;
    const auto [before, after, radius] = footprint(samples.interpolation);
    const std::int64_t length = std::max(2, before + 1 + after);  // a single tap is no cheaper than two
    return sampled_tap_cost * length * length * whole(map.glimpse).area();
}

cv::Mat read(const Samples& samples, const LinearMap& map, const ImageRegion& image, int depth) {
    cv::Mat out(map.glimpse.height, map.glimpse.width, CV_MAKETYPE(depth, image.pixels.channels()));
    if (image.region.empty()) return out.setTo(0), out;
    const auto values = static_cast<std::size_t>(out.cols) * static_cast<std::size_t>(out.channels());
    SampledRows(map, samples, image).for_each([&](int i, const float* row) {
        kernels().round(row, values, out.ptr(i), element_of(depth));
    });
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

Interval samples_within(const Affine& affine, int i, int width, Point low, Point high) {
    const Point start = affine(0, i);
    const Interval x =
        within(start.x, affine.m[0][0], low.x, high.x, width, [&](int j) { return affine(j, i).x; });
    const Interval y =
        within(start.y, affine.m[1][0], low.y, high.y, width, [&](int j) { return affine(j, i).y; });
    return {std::max(x.begin, y.begin), std::min(x.end, y.end)};
}

}  // namespace glimpse
