#include "glimpse/linear_map.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
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
    std::vector<Point> extremes;
    if (const auto* affine = std::get_if<Affine>(&samples.points)) {
        if (samples.padding == Padding::zeros) return unpadded_support(samples, *affine, image, glimpse);
        const int right = glimpse.width - 1;
        const int bottom = glimpse.height - 1;
        extremes = {(*affine)(0, 0), (*affine)(right, 0), (*affine)(right, bottom), (*affine)(0, bottom)};
    } else {
        extremes = std::get<std::vector<Point>>(samples.points);
    }
    if (extremes.empty()) return {};
    const auto [left, right] = std::ranges::minmax(extremes, {}, &Point::x);
    const auto [top, bottom] = std::ranges::minmax(extremes, {}, &Point::y);
    const AxisSampler columns{image.width, samples.interpolation, samples.padding, samples.mirror};
    const AxisSampler rows{image.height, samples.interpolation, samples.padding, samples.mirror};
    return rectangle(axis_support(columns, left.x, right.x), axis_support(rows, top.y, bottom.y));
}

/// Each n columns made one: their weights add up.
BandedMatrix binned(const BandedMatrix& matrix, int n) {
    BandedMatrix small((matrix.columns() + n - 1) / n);
    std::vector<double> bins;
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, weights] = matrix.row(i);
        const int first_bin = first / n;
        bins.assign(weights.size() / static_cast<std::size_t>(n) + 2, 0.0);
        int column = first;
        for (const float weight : weights) bins[static_cast<std::size_t>(column++ / n - first_bin)] += weight;
        small.append_row(first_bin, bins);
    }
    return small;
}

/// Into the coordinates of an image shrunk n times.
Affine shrunk(const Affine& affine, int n) {
    Affine small = affine;
    for (auto& row : small.m) {
        row[0] /= n;
        row[1] /= n;
        row[2] = centre_from_edge(edge_from_centre(row[2]) / n);
    }
    return small;
}

/// The smallest rectangle around the weights of at least half the greatest; the region where none is > 0.
Rectangle half_height(const Weights& weights) {
    double greatest = 0;
    if (!weights.region.empty()) cv::minMaxLoc(weights.a, nullptr, &greatest);
    if (!(greatest > 0)) return weights.region;
    const cv::Mat high = weights.a >= greatest / 2;
    const auto extent = [&](int dimension) {
        cv::Mat any;
        cv::reduce(high, any, dimension, cv::REDUCE_MAX);
        std::vector<cv::Point> places;
        cv::findNonZero(any.reshape(1, 1), places);
        return Interval{places.front().x, places.back().x + 1};
    };
    const Interval columns = extent(0);
    const Interval rows = extent(1);
    return {weights.region.x + columns.begin, weights.region.y + rows.begin, columns.length(), rows.length()};
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

Rectangle needed(const LinearMap& map) {
    return std::holds_alternative<MeanOfImage>(map.fill) ? whole(map.image) : support(map);
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

double inside(const LinearMap& map) {
    if (map.glimpse.width == 0 || map.glimpse.height == 0) return 0;
    const auto mean = [](const std::vector<double>& sums) {
        return std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(sums.size());
    };
    const double pixels = static_cast<double>(map.glimpse.width) * map.glimpse.height;
    const double sum =
        std::visit(overloaded{[](const Weights&) { return 1.0; },
                              [&](const Window&) {
                                  const Rectangle seen = support(map);
                                  return static_cast<double>(seen.width) * seen.height / pixels;
                              },
                              [&](const Separable& separable) {
                                  return mean(separable.rows.row_sums()) * mean(separable.columns.row_sums());
                              },
                              [&](const Samples& samples) {
                                  double weights = 0;
                                  for_each_tap(samples, map,
                                               [&](int, int, int, int, float weight) { weights += weight; });
                                  return weights / pixels;
                              }},
                   map.kind);
    return std::clamp(sum / map.full_weight, 0.0, 1.0);
}

std::vector<Point> outline(const LinearMap& map) {
    if (map.matrix && !std::holds_alternative<Weights>(map.kind)) {
        return border_in_image(*map.matrix, map.glimpse);
    }
    const auto* weights = std::get_if<Weights>(&map.kind);
    return corners(weights ? half_height(*weights) : support(map));
}

double pitch(const LinearMap& map) {
    if (!map.matrix || std::holds_alternative<Window>(map.kind) ||
        std::holds_alternative<Weights>(map.kind)) {
        return 1;
    }
    const auto& m = map.matrix->m;
    return std::min(std::hypot(m[0][0], m[1][0]), std::hypot(m[0][1], m[1][1]));
}

LinearMap shrunk(const LinearMap& map, int n) {
    LinearMap small = map;
    small.image = shrunk(map.image, n);
    if (map.matrix) small.matrix = shrunk(*map.matrix, n);
    if (const auto* separable = std::get_if<Separable>(&map.kind)) {
        small.kind = Separable{binned(separable->rows, n), binned(separable->columns, n)};
    } else {
        auto& samples = std::get<Samples>(small.kind);
        samples.points = shrunk(std::get<Affine>(samples.points), n);
    }
    return small;
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
