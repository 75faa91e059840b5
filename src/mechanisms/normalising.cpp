#include "mechanisms/normalising.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// What float32's rounding leaves of a sum of weights of both signs, as a share of their magnitudes' sum.
constexpr double rounding_of_sum = 1e-6;

/// Throws unless the sum is > 0.
double divisor_of_sum(const cv::Mat& weights) {
    const double sum = cv::sum(weights)[0];
    if (sum > rounding_of_sum * cv::norm(weights, cv::NORM_L1)) return sum;
    if (cv::countNonZero(weights) == 0) {
        throw Error("the mask's weights are 0 everywhere and have no sum to be divided by");
    }
    throw Error(
        "the mask's weights have no sum > 0 to be divided by, since negative ones outweigh the others; "
        "normalise: max divides by the greatest magnitude, and of a grid activation: relu makes negative "
        "ones "
        "0");
}

}  // namespace

void scale_to_one(std::span<double> numbers) {
    double greatest = 0;
    for (const double number : numbers) greatest = std::max(greatest, std::abs(number));
    if (greatest == 0) return;
    for (double& number : numbers) number /= greatest;
}

void normalise(cv::Mat& weights, Mask::Normalise normalise) {
    if (normalise == Mask::Normalise::none) return;
    const double divisor =
        normalise == Mask::Normalise::sum ? divisor_of_sum(weights) : cv::norm(weights, cv::NORM_INF);
    if (divisor == 0) return;
    for (float& weight : cv::Mat_<float>(weights)) weight = static_cast<float>(weight / divisor);
}

}  // namespace glimpse
