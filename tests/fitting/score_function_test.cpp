#include "fitting/score_function.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

// The score function on losses whose mean gradient and variance are known.

using namespace glimpse;

namespace {

constexpr int estimates = 200'000;

struct Moments {
    double mean = 0;
    double variance = 0;
};

Moments moments(const std::function<double(int)>& value) {
    double sum = 0;
    double squares = 0;
    for (int n = 0; n < estimates; ++n) {
        const double x = value(n);
        sum += x;
        squares += x * x;
    }
    const double mean = sum / estimates;
    return {mean, squares / estimates - mean * mean};
}

/// Of the estimate from `count` draws of l ~ N(μ, σ²), the loss being a function of l's x alone.
Moments estimated(int count, const Point& mean, double sigma, const std::function<double(double)>& loss) {
    LocationPolicy policy{.kind = LocationPolicy::Kind::normal, .count = count, .mean = mean, .sigma = sigma};
    return moments([&](int n) {
        const auto drawn = draw(policy, {}, {.map = static_cast<std::uint32_t>(n)});
        std::vector<double> losses;
        for (const DrawnLocation& one : drawn) losses.push_back(loss(one.location.x));
        return fitting::score_gradient(losses, drawn).x;
    });
}

/// Beyond five standard deviations of a mean of so many.
double margin(double variance) {
    return 5 * std::sqrt(variance / estimates);
}

/// Of a variance, whose own deviation depends on fourth moments, which are long-tailed here.
constexpr double of_variances = 0.05;

}  // namespace

TEST_CASE("the score function of a square has the gradient and the variance of its formulas") {
    // L = (x - k)², m = μ - k: the gradient is 2m. With b = E L a single draw has the variance 8m² + 10σ²; of
    // K draws the estimate is their covariance, whose variance is
    //   (12m² + 10σ²)/K - (K-2)/(K(K-1)) 4m² + (4m² + 2σ²)/(K(K-1)).
    struct Case {
        double m;
        double sigma;
        int count;
    };
    for (const Case& one : {Case{1, 1, 2}, Case{1, 1, 8}, Case{2, 0.5, 4}, Case{0, 1, 3}}) {
        CAPTURE(one.m);
        CAPTURE(one.count);
        constexpr double k = 3.25;
        const double m2 = one.m * one.m;
        const double s2 = one.sigma * one.sigma;
        const double n = one.count;
        const double variance =
            (12 * m2 + 10 * s2) / n - (n - 2) / (n * (n - 1)) * 4 * m2 + (4 * m2 + 2 * s2) / (n * (n - 1));
        const Moments found =
            estimated(one.count, {k + one.m, 7}, one.sigma, [](double x) { return (x - k) * (x - k); });
        CHECK(std::abs(found.mean - 2 * one.m) < margin(variance));
        CHECK(found.variance == doctest::Approx(variance).epsilon(of_variances));
    }
}

TEST_CASE("without a baseline, and with the mean as one, a draw has the variance of its formula") {
    // m⁴/σ² + 14m² + 15σ² and 8m² + 10σ²: 30 and 18 for (1, 1), 123.75 and 34.5 for (2, ½).
    struct Case {
        double m;
        double sigma;
        double baseline;
        double variance;
    };
    for (const Case& one :
         {Case{1, 1, 0, 30}, Case{1, 1, 2, 18}, Case{2, 0.5, 0, 123.75}, Case{2, 0.5, 4.25, 34.5}}) {
        CAPTURE(one.m);
        CAPTURE(one.baseline);
        LocationPolicy policy{
            .kind = LocationPolicy::Kind::normal, .mean = Point{one.m, 0}, .sigma = one.sigma};
        const Moments found = moments([&](int n) {
            const DrawnLocation drawn = draw(policy, {}, {.map = static_cast<std::uint32_t>(n)}).front();
            const double x = drawn.location.x;
            return (x * x - one.baseline) * drawn.normal->gradient_by_mean.x;
        });
        CHECK(std::abs(found.mean - 2 * one.m) < margin(one.variance));
        CHECK(found.variance == doctest::Approx(one.variance).epsilon(of_variances));
    }
}

TEST_CASE("the score function of a constant is 0, and of a line its slope") {
    const Moments constant = estimated(4, {2, 3}, 1.5, [](double) { return 9.0; });
    CHECK(constant.mean == doctest::Approx(0).epsilon(1e-12));
    CHECK(constant.variance == doctest::Approx(0).epsilon(1e-12));
    // Of L = x it is the sample variance of x over σ², whose variance is 2/(K - 1).
    const Moments line = estimated(4, {2, 3}, 1.5, [](double x) { return x; });
    CHECK(std::abs(line.mean - 1) < margin(2.0 / 3));
    CHECK(line.variance == doctest::Approx(2.0 / 3).epsilon(of_variances));
}
