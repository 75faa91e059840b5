#include "glimpse/lowered.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maps/kinds.hpp"
#include "maps/placement.hpp"

namespace glimpse {

namespace {

/// Whether points span an area: those in a single line, such as a list of pixels, do not, unless their border
/// is known.
bool enclose_an_area(const SamplingPoints& points, Size size) {
    return points.listed() && ((size.width > 1 && size.height > 1) || points.has_known_border());
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
    const bool whole_image = std::holds_alternative<MeanOfImage>(lowered.fill);
    return whole_image ? whole(lowered.map.image) : support(lowered.map);
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
            .fill = lowered.fill,
            .bias = lowered.bias,
            .matrix = lowered.matrix ? std::optional(shrunk(*lowered.matrix, n)) : std::nullopt,
            .alpha = lowered.alpha,
            .inside = lowered.inside};
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
