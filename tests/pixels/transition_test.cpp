#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "glimpse/error.hpp"
#include "glimpse/transition.hpp"

using namespace glimpse;

namespace {

/// The numbers of the table are given to six places.
constexpr double table_rounding = 5e-7;
/// A few logarithms and exponentials, one after another, in float64.
constexpr double float64_rounding = 1e-13;
/// Central differences of step 1e-5: off by some 1e-10 of the third derivative, and 1e-11 by rounding.
constexpr double step = 1e-5;
constexpr double difference_tolerance = 1e-6;

template <typename Function>
double central_difference(Function&& f, double x) {
    return (f(x + step) - f(x - step)) / (2 * step);
}

bool is_near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

}  // namespace

TEST_CASE("by hand: half an exponential, which taken twice is one") {
    for (const auto& row : {std::array{0.0, 0.5}, {0.3, 0.8}, {1.0, 1.648721}, {2.0, 3.363766}}) {
        CAPTURE(row[0]);
        CHECK(std::abs(iterated_exponential(0.5, row[0]) - row[1]) <= table_rounding);
    }
    for (double x = 0; x <= 4; x += 0.125) {
        const double twice = iterated_exponential(0.5, iterated_exponential(0.5, x));
        CHECK(is_near(twice, std::exp(x), float64_rounding));
        CHECK(is_near(iterated_exponential(-0.5, iterated_exponential(0.5, x)), x, float64_rounding));
    }
}

TEST_CASE("by hand: between a sum and a product") {
    struct Row {
        double x;
        double y;
        double n;
        double expected;
    };
    for (const Row& row : {Row{0.3, 0.6, 0, 0.9}, Row{0.3, 0.6, 0.5, 0.384137}, Row{0.3, 0.6, 1, 0.18},
                           Row{3, 4, 0, 7}, Row{3, 4, 0.5, 10.227545}, Row{3, 4, 1, 12}, Row{2, 7, 0, 9},
                           Row{2, 7, 0.5, 11.800421}, Row{2, 7, 0.9, 14.23298}, Row{2, 7, 1, 14}}) {
        CAPTURE(row.x);
        CAPTURE(row.n);
        // The row of 0.9 is given to five places.
        CHECK(std::abs(transition_sum(row.n, row.x, row.y) - row.expected) <=
              (row.n == 0.9 ? 5e-6 : table_rounding));
    }
}

TEST_CASE("by hand: the mean of 0.2 and 0.8 goes from the arithmetic to the geometric one") {
    for (const auto& [n, expected] : {std::array{0.0, 0.5}, {0.5, 0.472060}, {1.0, 0.4}}) {
        const double mean = iterated_exponential(
            n, 0.5 * iterated_exponential(-n, 0.2) + 0.5 * iterated_exponential(-n, 0.8));
        CHECK(std::abs(mean - expected) <= table_rounding);
    }
}

TEST_CASE("infinity is its own iterated exponential, and has no slope") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double n : {-0.5, 0.0, 0.25, 1.0}) CHECK(iterated_exponential(n, infinity) == infinity);
    CHECK(iterated_exponential_rate(0.5, 1e300) >= 0);
    CHECK(std::isnan(iterated_exponential(0.5, std::nan(""))));
}

TEST_CASE("sums and products are exact, and zeros are their zeros") {
    for (const double x : {0.0, 0.1, 0.7, 1.0, 3.3, 250.0}) {
        for (const double y : {0.0, 0.2, 1.0, 17.5}) {
            CHECK(transition_sum(0, x, y) == x + y);
            CHECK(transition_sum(1, x, y) == x * y);
            CHECK(transition_sum(0.5, x, y) == transition_sum(0.5, y, x));
        }
    }
    CHECK(iterated_exponential(-1, 0) == -std::numeric_limits<double>::infinity());
    CHECK(iterated_exponential(1, -std::numeric_limits<double>::infinity()) == 0);
    CHECK(iterated_exponential(0, 0.3) == 0.3);
}

TEST_CASE("the derivatives of iterated exponentials are those of central differences") {
    for (const double n : {-0.9, -0.5, -0.25, 0.25, 0.5, 0.9}) {
        // Away from the whole values of ψ, where the second derivative jumps.
        for (const double x : {0.13, 0.42, 0.77, 1.3, 1.9, 2.6, 4.1}) {
            CAPTURE(n);
            CAPTURE(x);
            const double by_value =
                central_difference([&](double t) { return iterated_exponential(n, t); }, x);
            CHECK(is_near(iterated_exponential_slope(n, x), by_value, difference_tolerance));
            const double by_n = central_difference([&](double t) { return iterated_exponential(t, x); }, n);
            CHECK(is_near(iterated_exponential_rate(n, x), by_n, difference_tolerance));
        }
    }
}

TEST_CASE("the derivative of a transition's sum by n is that of central differences") {
    for (const double n : {0.2, 0.5, 0.8}) {
        for (const auto& [x, y] : {std::array{0.3, 0.6}, {0.1, 0.25}, {3.0, 4.0}}) {
            const double s = iterated_exponential(-n, x) + iterated_exponential(-n, y);
            const double inner = -iterated_exponential_rate(-n, x) - iterated_exponential_rate(-n, y);
            const double rate = iterated_exponential_rate(n, s) + iterated_exponential_slope(n, s) * inner;
            const double difference =
                central_difference([&, x = x, y = y](double t) { return transition_sum(t, x, y); }, n);
            CHECK(is_near(rate, difference, difference_tolerance));
        }
    }
}

TEST_CASE("a transition goes from 0 to 1") {
    CHECK_NOTHROW(validate(Transition{{0, 0.5, 1}}));
    for (const double n : {-0.01, 1.01, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(validate(Transition{{0.5, n}}), InvalidParameter);
    CHECK_THROWS_AS(validate(Transition{{}}), InvalidParameter);
}
