#include "glimpse/linear_map.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "maps/banded_product.hpp"
#include "maps/overloaded.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// Where pixels begin … end - 1 of the line are found once it is folded between its mirrors. A fold at one
/// end of the image, the common case, is told from those that may reach all of it.
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

/// Every index that the taps of any point within [low, high] can have, padded.
Interval axis_support(const AxisSampler& sampler, double low, double high) {
    // Far enough that nothing of the image is left, even folded, and near enough for an int.
    const double limit = std::min(2.0 * sampler.size, 1e9) + 4;
    const bool nearest = sampler.interpolation == Interpolation::nearest;
    const auto pixel = [&](double position) {
        const double whole_number = nearest ? std::nearbyint(position) : std::floor(position);
        return static_cast<int>(std::clamp(whole_number, -limit, limit));
    };
    const int before = sampler.interpolation == Interpolation::bicubic ? 1 : 0;
    const int after = nearest ? 0 : before + 1;
    int begin = pixel(low) - before;
    int end = pixel(high) + after + 1;
    if (sampler.padding == Padding::reflection) return folded({begin, end}, sampler.size);
    if (sampler.padding == Padding::border) {
        begin = std::min(begin, sampler.size - 1);
        end = std::max(end, 1);
    }
    return {std::max(begin, 0), std::min(end, sampler.size)};
}

Rectangle rectangle(Interval columns, Interval rows) {
    if (columns.empty() || rows.empty()) return {};
    return {columns.begin, rows.begin, columns.length(), rows.length()};
}

/// The taps of affine samples without padding, the smallest rectangle around them. Along a row of samples
/// both coordinates are monotone, and with them the taps, but for weights of 0 at whole positions: therefore
/// the last two samples at each end.
Rectangle unpadded_support(const Samples& samples, const Affine& affine, Size image, Size glimpse) {
    const AxisSampler columns{image.width, samples.interpolation, Padding::zeros};
    const AxisSampler rows{image.height, samples.interpolation, Padding::zeros};
    Rectangle all;
    const auto include = [&](const Point& point) {
        const AxisTaps x = axis_taps(columns, point.x);
        const AxisTaps y = axis_taps(rows, point.y);
        if (x.count == 0 || y.count == 0) return 0;
        const int left = x.index.front();
        const int top = y.index.front();
        const int right = x.index[static_cast<std::size_t>(x.count) - 1];
        const int bottom = y.index[static_cast<std::size_t>(y.count) - 1];
        all = smallest_containing(all, {left, top, right - left + 1, bottom - top + 1});
        return 1;
    };
    const double reach = tap_reach(samples.interpolation);
    const Point far{image.width - 1 + reach, image.height - 1 + reach};
    for (int i = 0; i < glimpse.height; ++i) {
        Interval seen = samples_within(affine, i, glimpse.width, {-reach, -reach}, far);
        for (int found = 0; found < 2 && !seen.empty(); ++seen.begin) found += include(affine(seen.begin, i));
        for (int found = 0; found < 2 && !seen.empty(); --seen.end) found += include(affine(seen.end - 1, i));
    }
    return all;
}

Rectangle samples_support(const Samples& samples, Size image, Size glimpse) {
    const Affine* affine = samples.points.affine();
    if (affine && samples.padding == Padding::zeros)
        return unpadded_support(samples, *affine, image, glimpse);
    const auto [left, top, right, bottom] = samples.points.bounds(glimpse);
    const AxisSampler columns{image.width, samples.interpolation, samples.padding, samples.mirror};
    const AxisSampler rows{image.height, samples.interpolation, samples.padding, samples.mirror};
    return rectangle(axis_support(columns, left, right), axis_support(rows, top, bottom));
}

/// 1 where the window lies inside the image.
cv::Mat coverage(const Window& window, Size image, Size glimpse) {
    cv::Mat inside = cv::Mat::zeros(glimpse.height, glimpse.width, CV_32F);
    const Rectangle seen = intersection({window.x0, window.y0, glimpse.width, glimpse.height}, whole(image));
    if (!seen.empty()) {
        inside(cv::Rect(seen.x - window.x0, seen.y - window.y0, seen.width, seen.height)).setTo(1);
    }
    return inside;
}

}  // namespace

Rectangle support(const LinearMap& map) {
    return std::visit(
        overloaded{[&](const Window& window) {
                       return intersection({window.x0, window.y0, map.glimpse.width, map.glimpse.height},
                                           whole(map.image));
                   },
                   [](const Weights& weights) { return weights.region; },
                   [](const Separable& separable) {
                       return rectangle(separable.columns.support(), separable.rows.support());
                   },
                   [&](const Samples& samples) { return samples_support(samples, map.image, map.glimpse); }},
        map.kind);
}

ImageRegion attention_map(const LinearMap& map) {
    const Rectangle region = support(map);
    cv::Mat values = std::visit(
        overloaded{[&](const Window&) { return cv::Mat(region.height, region.width, CV_32F, cv::Scalar(1)); },
                   [](const Weights& weights) { return weights.a.clone(); },
                   [](const Separable& separable) {
                       return outer_product(separable.rows.column_sums(), separable.columns.column_sums());
                   },
                   [&](const Samples& samples) {
                       cv::Mat sums = cv::Mat::zeros(region.height, region.width, CV_64F);
                       for_each_tap(samples, map, [&](int, int, int y, int x, float weight) {
                           sums.at<double>(y - region.y, x - region.x) += weight;
                       });
                       cv::Mat rounded_sums;
                       sums.convertTo(rounded_sums, CV_32F);
                       return rounded_sums;
                   }},
        map.kind);
    return {region, region.empty() ? cv::Mat() : values};
}

cv::Mat row_sums(const LinearMap& map) {
    return std::visit(
        overloaded{[&](const Window& window) { return coverage(window, map.image, map.glimpse); },
                   [&](const Weights& weights) {
                       cv::Mat sums = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
                       const Rectangle& r = weights.region;
                       if (!r.empty()) weights.a.copyTo(sums(cv::Rect(r.x, r.y, r.width, r.height)));
                       return sums;
                   },
                   [](const Separable& separable) {
                       return outer_product(separable.rows.row_sums(), separable.columns.row_sums());
                   },
                   [&](const Samples& samples) {
                       cv::Mat sums = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
                       for_each_tap(samples, map, [&](int i, int j, int, int, float weight) {
                           sums.at<float>(i, j) += weight;
                       });
                       return sums;
                   }},
        map.kind);
}

bool mixes_pixels(const LinearMap& map) {
    return std::visit(
        overloaded{[](const Window&) { return false; }, [](const Weights&) { return false; },
                   [](const Separable& separable) {
                       return !separable.rows.selects() || !separable.columns.selects();
                   },
                   [](const Samples& samples) { return samples.interpolation != Interpolation::nearest; }},
        map.kind);
}

}  // namespace glimpse
