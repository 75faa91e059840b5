#include "glimpses/saturation.hpp"

#include <opencv2/core.hpp>
#include <variant>
#include <vector>

#include "maps/overloaded.hpp"

namespace glimpse {

namespace {

/// Of sums of weights of float32, which are 1: their rounding.
constexpr double rounding = 1e-5;

bool exceeds_one(double sum) {
    return sum > 1 + rounding;
}

bool may_saturate(const Weights& weights) {
    if (weights.region.empty()) return false;
    double least = 0;
    double greatest = 0;
    cv::minMaxLoc(weights.a, &least, &greatest);
    return least < 0 || greatest > 1;
}

bool may_saturate(const Filters& filters) {
    const auto* const taps = std::get_if<std::vector<float>>(&filters.weights);
    if (!taps || filters.is_signed) return true;
    double sum = 0;
    for (const float tap : *taps) sum += tap;
    return exceeds_one(sum);
}

}  // namespace

bool may_saturate(const Lowered& lowered) {
    if (lowered.transition || !lowered.bias.get().empty()) return true;
    return std::visit(
        overloaded{[](const Weights& weights) { return may_saturate(weights); },
                   [](const WeightedSum&) { return true; }, [](const SparseMatrix&) { return true; },
                   [](const Filters& filters) { return may_saturate(filters); },
                   // No pixel's weights sum to more than where all of them lie inside.
                   [&](const auto&) { return exceeds_one(lowered.full_weight); }},
        lowered.map.kind);
}

}  // namespace glimpse
