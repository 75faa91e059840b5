#include "glimpse/lowered.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>

#include "maps/overloaded.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

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

}  // namespace

std::vector<const LinearMap*> maps_of(std::span<const Lowered> lowered) {
    std::vector<const LinearMap*> maps;
    maps.reserve(lowered.size());
    for (const Lowered& each : lowered) maps.push_back(&each.map);
    return maps;
}

std::vector<const LinearMap*> maps_of(std::span<const Lowered* const> lowered) {
    std::vector<const LinearMap*> maps;
    maps.reserve(lowered.size());
    for (const Lowered* each : lowered) maps.push_back(&each->map);
    return maps;
}

Rectangle needed(const Lowered& lowered) {
    return std::holds_alternative<MeanOfImage>(lowered.fill) ? whole(lowered.map.image)
                                                             : support(lowered.map);
}

double inside(const Lowered& lowered) {
    const LinearMap& map = lowered.map;
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
    return std::clamp(sum / lowered.full_weight, 0.0, 1.0);
}

std::vector<Point> outline(const Lowered& lowered) {
    const LinearMap& map = lowered.map;
    if (lowered.matrix && !std::holds_alternative<Weights>(map.kind)) {
        return border_in_image(*lowered.matrix, map.glimpse);
    }
    const auto* weights = std::get_if<Weights>(&map.kind);
    return corners(weights ? half_height(*weights) : support(map));
}

double pitch(const Lowered& lowered) {
    const LinearMap& map = lowered.map;
    if (!lowered.matrix || std::holds_alternative<Window>(map.kind) ||
        std::holds_alternative<Weights>(map.kind)) {
        return 1;
    }
    const auto& m = lowered.matrix->m;
    return std::min(std::hypot(m[0][0], m[1][0]), std::hypot(m[0][1], m[1][1]));
}

Lowered shrunk(const Lowered& lowered, int n) {
    Lowered small = lowered;
    small.map.image = shrunk(lowered.map.image, n);
    if (lowered.matrix) small.matrix = shrunk(*lowered.matrix, n);
    if (const auto* separable = std::get_if<Separable>(&lowered.map.kind)) {
        small.map.kind =
            Separable{.rows = binned(separable->rows, n), .columns = binned(separable->columns, n)};
    } else {
        auto& samples = std::get<Samples>(small.map.kind);
        samples.points = samples.points.shrunk(n);
    }
    return small;
}

}  // namespace glimpse
