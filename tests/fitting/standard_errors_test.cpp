#include "fitting/standard_errors.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "fitting/robust_loss.hpp"

// Standard errors by hand, and the losses that they depend on.

using namespace glimpse;
using namespace glimpse::fitting;

TEST_CASE("the standard error of a mean is s/√n, and of a line's numbers those of the textbook") {
    const auto mean = standard_errors(cv::Mat_<double>(4, 1, 1.0), 9);
    REQUIRE(mean.front());
    CHECK(*mean.front() == doctest::Approx(1.5));
    // r = a + b x at x = -1, 0, 1, 2: (JᵀJ)⁻¹ = [[6, -2], [-2, 4]] / 20.
    const cv::Mat_<double> line = (cv::Mat_<double>(4, 2) << 1, -1, 1, 0, 1, 1, 1, 2);
    const auto errors = standard_errors(line, 5);
    CHECK(*errors[0] == doctest::Approx(std::sqrt(1.5)));
    CHECK(*errors[1] == doctest::Approx(1));
}

TEST_CASE("a number's units change its standard error, and nothing else") {
    const cv::Mat_<double> line = (cv::Mat_<double>(4, 2) << 1, -1e9, 1, 0, 1, 1e9, 1, 2e9);
    const auto errors = standard_errors(line, 5);
    CHECK(*errors[0] == doctest::Approx(std::sqrt(1.5)));
    CHECK(*errors[1] == doctest::Approx(1e-9));
}

TEST_CASE("numbers that may change together are told, and have no standard errors; others have theirs") {
    const cv::Mat_<double> alike =
        (cv::Mat_<double>(4, 4) << 1, 2, 1, 0, 1, 2, -1, 0, 1, 2, 1, 0, 1, 2, -1, 0);
    CHECK(undetermined(alike) == std::vector<bool>{true, true, false, true});
    const auto errors = standard_errors(alike, 4);
    CHECK(!errors[0]);
    CHECK(!errors[1]);
    CHECK(!errors[3]);
    CHECK(*errors[2] == doctest::Approx(1));
}

TEST_CASE("each loss is r² near 0, and has the derivatives that it says") {
    for (const auto loss :
         {RobustLoss::none, RobustLoss::huber, RobustLoss::soft_l1, RobustLoss::cauchy, RobustLoss::tukey}) {
        CAPTURE(static_cast<int>(loss));
        CHECK(robust(loss, 0.5, 0) == std::array{0.0, 1.0, robust(loss, 0.5, 0)[2]});
        for (const double s : {0.01, 0.09, 0.2, 0.26, 1.0, 40.0}) {
            CAPTURE(s);
            constexpr double h = 1e-6;
            const auto before = robust(loss, 0.5, s - h);
            const auto here = robust(loss, 0.5, s);
            const auto after = robust(loss, 0.5, s + h);
            constexpr double of_differences = 1e-7;  // by the rounding of values of 40 over the step
            CHECK(here[1] == doctest::Approx((after[0] - before[0]) / (2 * h)).epsilon(of_differences));
            CHECK(std::abs(here[2] - (after[1] - before[1]) / (2 * h)) < of_differences);
        }
    }
    // Huber's beyond a: 2 a r - a²; Tukey's: a²/3; Cauchy's: a² log(1 + (r/a)²).
    CHECK(robust(RobustLoss::huber, 0.5, 4)[0] == doctest::Approx(1.75));
    CHECK(robust(RobustLoss::tukey, 0.5, 4)[0] == doctest::Approx(0.25 / 3));
    CHECK(robust(RobustLoss::cauchy, 0.5, 4)[0] == doctest::Approx(0.25 * std::log(17)));
    CHECK(robust(RobustLoss::soft_l1, 0.5, 4)[0] == doctest::Approx(0.5 * (std::sqrt(17) - 1)));
}

TEST_CASE("the variance of residuals is that of least squares, or of what a robust loss makes of them") {
    const Numbers residuals{0.1, -0.2, 0.3, -2};
    CHECK(residual_variance(residuals, {}, 2) == doctest::Approx((0.01 + 0.04 + 0.09 + 4) / 2));
    // ψ of Huber's with a = 0.5 is r, and ±0.5 of the last, where ψ' is 0.
    const FitOptions huber{.loss = RobustLoss::huber, .loss_scale = 0.5};
    CHECK(residual_variance(residuals, huber, 2) ==
          doctest::Approx((0.01 + 0.04 + 0.09 + 0.25) / 2 / (0.75 * 0.75)));
}
