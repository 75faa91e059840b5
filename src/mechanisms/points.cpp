#include "glimpse/mechanisms/points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "maps/axis_taps.hpp"
#include "maps/image_region.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// Farther away nothing is seen, and numbers may overflow.
constexpr double farthest_seen = 1e9;

/// Calls visit(y, x, weight) for each tap of a point.
template <typename Visit>
void for_each_tap_of(const AttendedPoint& point, Size image, Visit&& visit) {
    const double x = centre_from_edge(point.location.x * image.width);
    const double y = centre_from_edge(point.location.y * image.height);
    if (!(std::abs(x) < farthest_seen && std::abs(y) < farthest_seen) || point.weight == 0) return;
    const AxisTaps columns = axis_taps({image.width, Interpolation::bilinear, Padding::zeros}, x);
    const AxisTaps rows = axis_taps({image.height, Interpolation::bilinear, Padding::zeros}, y);
    for (std::size_t b = 0; b < static_cast<std::size_t>(rows.count); ++b) {
        for (std::size_t a = 0; a < static_cast<std::size_t>(columns.count); ++a)
            visit(rows.index[b], columns.index[a], point.weight * rows.weight[b] * columns.weight[a]);
    }
}

Weights weights_of(const std::vector<AttendedPoint>& points, Size image) {
    Weights weights;
    for (const AttendedPoint& point : points) {
        weights.is_signed = weights.is_signed || point.weight < 0;
        for_each_tap_of(point, image, [&](int y, int x, double) {
            weights.region = smallest_containing(weights.region, {x, y, 1, 1});
        });
    }
    if (weights.region.empty()) return weights;
    cv::Mat sums = cv::Mat::zeros(weights.region.height, weights.region.width, CV_64F);
    for (const AttendedPoint& point : points) {
        for_each_tap_of(point, image, [&](int y, int x, double weight) {
            sums.at<double>(y - weights.region.y, x - weights.region.x) += weight;
        });
    }
    sums.convertTo(weights.a, CV_32F);
    return weights;
}

/// The share of the weights' magnitudes that is of pixels inside the image.
double share_inside(const std::vector<AttendedPoint>& points, Size image) {
    double all = 0;
    double seen = 0;
    for (const AttendedPoint& point : points) {
        all += std::abs(point.weight);
        for_each_tap_of(point, image, [&](int, int, double weight) { seen += std::abs(weight); });
    }
    constexpr double of_sums = 0x1p-40;  // of float64
    return all == 0 ? 1 : seen >= all * (1 - of_sums) ? 1 : seen / all;
}

std::shared_ptr<const MarkedPoints> marks_of(const DeformablePoints& points, Size image) {
    const auto on_image = [&](Point p) { return Point{p.x * image.width, p.y * image.height}; };
    MarkedPoints marks;
    if (points.reference) marks.reference = on_image(*points.reference);
    for (const AttendedPoint& point : *points.points)
        marks.dots.push_back({on_image(point.location), point.weight});
    return std::make_shared<const MarkedPoints>(std::move(marks));
}

}  // namespace

void validate(const DeformablePoints& points) {
    if (points.points->empty()) throw InvalidParameter("/points", "one point at least is needed");
    std::size_t k = 0;
    for (const auto& [location, weight] : *points.points) {
        const std::string field = "/points/" + std::to_string(k++);
        require_finite(std::array{location.x, location.y}, field);
        if (!(std::abs(weight) < beyond_float32)) {
            throw InvalidParameter(field + "/2",
                                   "a weight is a number that float32 can hold, not " + number_text(weight));
        }
    }
    if (points.reference) require_finite(std::array{points.reference->x, points.reference->y}, "/reference");
}

LoweringMemory lowering_memory(const DeformablePoints& /*points*/, Size image) {
    return {.kept = bounded_product(sizeof(float), image.area()),
            .working = bounded_product(sizeof(double), image.area())};
}

Lowered lower(const DeformablePoints& points, Size image) {
    validate(points);
    require_glimpse_size(image, "");
    double sum = 0;
    for (const AttendedPoint& point : *points.points) sum += point.weight;
    return {
        .map = {.image = image, .glimpse = {1, 1}, .kind = WeightedSum{weights_of(*points.points, image)}},
        .full_weight = sum,
        .inside = share_inside(*points.points, image),
        .marks = marks_of(points, image)};
}

}  // namespace glimpse
