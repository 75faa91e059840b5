#include "glimpse/lowered.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

#include "maps/kinds.hpp"
#include "maps/placement.hpp"

namespace glimpse {

ImageRegion means_over_blocks(const ImageRegion& values, Size image, int n) {
    const Rectangle& r = values.region;
    if (r.empty()) return {r, cv::Mat()};
    const int x = r.x / n;
    const int y = r.y / n;
    const Rectangle blocks = intersection({x, y, (r.right() - 1) / n - x + 1, (r.bottom() - 1) / n - y + 1},
                                          whole(shrunk(image, n)));
    cv::Mat sums = cv::Mat::zeros(blocks.height, blocks.width, CV_64F);
    for (int row = 0; row < r.height; ++row) {
        const auto* from = values.pixels.ptr<float>(row);
        auto* to = sums.ptr<double>((r.y + row) / n - y);
        for (int column = 0; column < r.width; ++column)
            to[(r.x + column) / n - x] += static_cast<double>(from[column]);
    }
    cv::Mat means;
    sums.convertTo(means, CV_32F, 1.0 / n / n);
    return {blocks, means};
}

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

Rectangle support(const Lowered& lowered) {
    // What adds to pixels shows those, too, that it weighs by 0.
    const bool is_added = lowered.transition && std::holds_alternative<Weights>(lowered.map.kind);
    return is_added ? whole(lowered.map.image) : support(lowered.map);
}

Rectangle needed(const Lowered& lowered) {
    return std::holds_alternative<MeanOfImage>(lowered.fill) ? whole(lowered.map.image) : support(lowered);
}

ImageRegion attention_map(const Lowered& lowered) {
    return lowered.linearised ? *lowered.linearised : attention_map(lowered.map);
}

ImageRegion block_attention(const Lowered& lowered, int n) {
    if (!lowered.linearised) return block_attention(lowered.map, n);
    return n == 1 ? *lowered.linearised : means_over_blocks(*lowered.linearised, lowered.map.image, n);
}

double inside(const Lowered& lowered) {
    const LinearMap& map = lowered.map;
    if (map.glimpse.width == 0 || map.glimpse.height == 0) return 0;
    if (lowered.inside) return *lowered.inside;
    return std::visit([&](const auto& kind) { return inside(kind, lowered); }, map.kind);
}

cv::Mat weights_outside(const Lowered& lowered) {
    cv::Mat weights;
    if (const auto* const filters = std::get_if<Filters>(&lowered.map.kind)) {
        weights_outside(*filters, lowered.map).convertTo(weights, CV_64F);
    } else {
        row_sums(lowered.map).convertTo(weights, CV_64F, -1, lowered.full_weight);
    }
    return weights;
}

bool has_border(const Lowered& lowered) {
    return std::visit([](const auto& kind) { return has_border(kind); }, lowered.map.kind);
}

bool is_signed(const Lowered& lowered) {
    return std::visit([](const auto& kind) { return is_signed(kind); }, lowered.map.kind);
}

std::vector<Point> outline(const Lowered& lowered) {
    return std::visit([&](const auto& kind) { return outline(kind, lowered); }, lowered.map.kind);
}

double pitch(const Lowered& lowered) {
    return std::visit([&](const auto& kind) { return pitch(kind, lowered); }, lowered.map.kind);
}

Lowered shrunk(const Lowered& lowered, int n) {
    return {.map = {.image = shrunk(lowered.map.image, n),
                    .glimpse = lowered.map.glimpse,
                    .kind = std::visit([&](const auto& kind) { return shrunk(kind, n); }, lowered.map.kind)},
            .full_weight = lowered.full_weight,
            .fades = lowered.fades,
            .fill = lowered.fill,
            .bias = lowered.bias,
            .matrix = lowered.matrix ? std::optional(shrunk(*lowered.matrix, n)) : std::nullopt,
            .alpha = lowered.alpha,
            .inside = lowered.inside,
            .transition = lowered.transition};
}

std::vector<Point> outline_by_matrix(const Lowered& lowered) {
    if (!lowered.matrix) return corners(support(lowered.map));
    return border_in_image(*lowered.matrix, lowered.map.glimpse);
}

double pitch_of(const SamplingPoints::Jacobian& jacobian) {
    return std::min(std::hypot(jacobian[0][0], jacobian[1][0]), std::hypot(jacobian[0][1], jacobian[1][1]));
}

double pitch_by_matrix(const Lowered& lowered) {
    return lowered.matrix ? pitch_of(SamplingPoints(*lowered.matrix).jacobian(0, 0)) : 1;
}

bool enclose_an_area(const SamplingPoints& points, Size size) {
    return !points.affine() && ((size.width > 1 && size.height > 1) || points.has_known_border());
}

const SamplingPoints* listed_area(const LinearMap& map) {
    const SamplingPoints* points = nullptr;
    if (const auto* samples = std::get_if<Samples>(&map.kind)) points = &samples->points;
    if (const auto* footprints = std::get_if<Footprints>(&map.kind)) points = &footprints->points;
    return points && enclose_an_area(*points, map.glimpse) ? points : nullptr;
}

std::vector<Point> outline_by_points(const SamplingPoints& points, const Lowered& lowered) {
    const Size size = lowered.map.glimpse;
    return enclose_an_area(points, size) ? points.border(size) : outline_by_matrix(lowered);
}

double pitch_by_points(const SamplingPoints& points, const Lowered& lowered) {
    const Size size = lowered.map.glimpse;
    if (!enclose_an_area(points, size)) return pitch_by_matrix(lowered);
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) least = std::min(least, pitch_of(points.jacobian(j, i)));
    }
    return least;
}

}  // namespace glimpse
