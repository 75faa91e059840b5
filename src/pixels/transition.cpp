#include "glimpse/transition.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// ψ⁻¹(p): log(1 + p) for -1 ≤ p < 0, else exp^(⌊p⌋)(p - ⌊p⌋).
double inverse_abel(double p) {
    if (p < 0) return std::log1p(p);
    if (!std::isfinite(p)) return p;
    double x = p - std::floor(p);
    // From 5 on float64 is infinite.
    for (int times = static_cast<int>(std::min(std::floor(p), 6.0)); times > 0; --times) x = std::exp(x);
    return x;
}

/// `place` ends the message.
void require_share(double n, const std::string& place) {
    if (n >= 0 && n <= 1) return;
    throw InvalidParameter("/transition",
                           "a transition is 0 (added) to 1 (multiplied), not " + number_text(n) + place);
}

}  // namespace

double abel(double x) {
    if (x < 0) return std::expm1(x);
    if (std::isinf(x)) return x;
    int logarithms = 0;
    while (x >= 1) {
        x = std::log(x);
        ++logarithms;
    }
    return x + logarithms;
}

double abel_derivative(double x) {
    if (std::isnan(x)) return x;
    if (x < 0) return std::exp(x);
    if (std::isinf(x)) return 0;
    double derivative = 1;
    while (x >= 1) {
        derivative /= x;
        x = std::log(x);
    }
    return derivative;
}

double iterated_exponential(double n, double x) {
    if (n == 0) return x;
    if (n == 1) return std::exp(x);
    if (n == -1) return std::log(x);
    return inverse_abel(abel(x) + n);
}

double iterated_exponential_slope(double n, double x) {
    return abel_derivative(x) / abel_derivative(iterated_exponential(n, x));
}

double iterated_exponential_rate(double n, double x) {
    return 1 / abel_derivative(iterated_exponential(n, x));
}

double transition_sum(double n, double x, double y) {
    if (n == 0) return x + y;
    if (n == 1) return x * y;
    return iterated_exponential(n, iterated_exponential(-n, x) + iterated_exponential(-n, y));
}

void validate(const Transition& transition) {
    if (transition.n.empty()) throw InvalidParameter("/transition", "a number is needed, or one a channel");
    for (const double n : transition.n) require_share(n, "");
    const cv::Mat& pixels = transition.of_pixels;
    for (int y = 0; y < pixels.rows; ++y) {
        for (int x = 0; x < pixels.cols; ++x) {
            require_share(double{pixels.at<float>(y, x)},
                          "; it is that at [" + std::to_string(y) + ", " + std::to_string(x) + "]");
        }
    }
}

}  // namespace glimpse
