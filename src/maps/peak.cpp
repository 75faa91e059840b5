#include "maps/peak.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core/mat.hpp>
#include <variant>

#include "maps/overloaded.hpp"

namespace glimpse {

namespace {

template <typename Visit>
void for_each_of_magnitude(const cv::Mat_<float>& weights, float magnitude, const Visit& visit) {
    for (int y = 0; y < weights.rows; ++y) {
        for (int x = 0; x < weights.cols; ++x) {
            if (std::abs(weights(y, x)) == magnitude) visit(x + 0.5, y + 0.5);
        }
    }
}

std::optional<Point> peak_of(const Weights& weights) {
    const cv::Mat_<float> a(weights.a);
    float greatest = 0;
    for (const float weight : a) greatest = std::max(greatest, std::abs(weight));
    if (greatest == 0) return {};
    double count = 0;
    Point sum{0, 0};
    for_each_of_magnitude(a, greatest, [&](double x, double y) {
        ++count;
        sum = {sum.x + x, sum.y + y};
    });
    const Point mean{sum.x / count, sum.y / count};
    double nearest = std::numeric_limits<double>::infinity();
    Point found{};
    for_each_of_magnitude(a, greatest, [&](double x, double y) {
        const double far = std::hypot(x - mean.x, y - mean.y);
        if (far >= nearest) return;
        nearest = far;
        found = {weights.region.x + x, weights.region.y + y};
    });
    return found;
}

}  // namespace

std::optional<Point> peak(const LinearMap& map) {
    return std::visit(overloaded{[](const Weights& weights) { return peak_of(weights); },
                                 [](const WeightedSum& sum) { return peak_of(sum.weights); },
                                 [](const auto& /*kind*/) { return std::optional<Point>(); }},
                      map.kind);
}

}  // namespace glimpse
