#include "fitting/descent.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "glimpse/error.hpp"
#include "refusals.hpp"

// Steps down a loss, by hand.

using namespace glimpse;
using namespace glimpse::fitting;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// ½ Σ c_k p_k²
struct Bowl {
    Numbers curvatures;

    [[nodiscard]] LossAndSlope at(const Numbers& p) const {
        LossAndSlope there{0, {}};
        for (std::size_t k = 0; k < p.size(); ++k) {
            there.loss += curvatures[k] * p[k] * p[k] / 2;
            there.slope.push_back(curvatures[k] * p[k]);
        }
        return there;
    }
};

struct Walk {
    DescentSolution solution;
    std::vector<Numbers> seen;
};

Walk walk(DescentProblem problem, const Bowl& bowl) {
    Walk walk;
    const std::size_t count = problem.start.size();
    if (problem.units.empty()) problem.units.assign(count, 1);
    if (problem.lower.empty()) problem.lower.assign(count, -infinite);
    if (problem.upper.empty()) problem.upper.assign(count, infinite);
    problem.evaluate = [&](const Numbers& p, int) { return bowl.at(p); };
    problem.visit = [&](int, const Numbers& p, double) { walk.seen.push_back(p); };
    walk.solution = descend(problem);
    return walk;
}

}  // namespace

TEST_CASE("descent multiplies a quadratic's number by 1 - rate · curvature, in its units") {
    // q = p/t, ∂L/∂q = t c p: p ← p - t · rate · t c p.
    const Walk found = walk(
        {.start = {8, 3}, .units = {1, 2}, .optimiser = Optimiser::gd, .rate = 0.25, .steps = 2}, {{2, 0.5}});
    REQUIRE(found.seen.size() == 3);
    CHECK(found.seen[1] == Numbers{4, 1.5});
    CHECK(found.seen[2] == Numbers{2, 0.75});
    CHECK(found.solution.numbers == found.seen[2]);
    CHECK(!found.solution.has_converged);
}

TEST_CASE("adam's first step is its rate in each unit, whatever the slope") {
    const Walk found = walk({.start = {8, -3}, .units = {1, 4}, .rate = 0.5, .steps = 1}, {{2e3, 5e-3}});
    // Less by the 1e-8 beside the root of the square.
    CHECK(found.seen[1][0] == doctest::Approx(7.5).epsilon(1e-6));
    CHECK(found.seen[1][1] == doctest::Approx(-1).epsilon(1e-6));
}

TEST_CASE("both come to the minimum, and say so") {
    for (const Optimiser optimiser : {Optimiser::gd, Optimiser::adam}) {
        const Walk found =
            walk({.start = {1, -2}, .optimiser = optimiser, .rate = 0.1, .steps = 5000, .tolerance = 1e-9},
                 {{1, 2}});
        CHECK(std::abs(found.solution.numbers[0]) < 1e-3);
        CHECK(std::abs(found.solution.numbers[1]) < 1e-3);
        CHECK(found.solution.steps <= 5000);
    }
}

TEST_CASE("the step of the least loss is taken, and one that ends above the start is none") {
    // Factors of 0.5 and -2 a step: ¼ · 0.25^k + 1.5e-6 · 4^k is least at k = 4.
    const DescentProblem problem{.start = {1, 1e-3}, .optimiser = Optimiser::gd, .rate = 1, .steps = 6};
    const Bowl bowl{{0.5, 3}};
    const Walk found = walk(problem, bowl);
    CHECK(found.solution.numbers[0] == doctest::Approx(0.0625));
    CHECK(found.solution.numbers[1] == doctest::Approx(0.016));
    DescentProblem longer = problem;
    longer.steps = 12;
    CHECK(holds(refusal<Error>([&] { walk(longer, bowl); }),
                "the optimiser diverges in step 12: the loss is no less than that of the start"));
}

TEST_CASE("a bound is not passed") {
    const Walk found = walk(
        {.start = {8}, .lower = {5}, .optimiser = Optimiser::gd, .rate = 0.5, .steps = 20, .tolerance = 1e-9},
        {{1}});
    CHECK(found.solution.numbers == Numbers{5});
    CHECK(found.solution.has_converged);
}

TEST_CASE("an estimated loss gives the mean of the last half of the steps") {
    const Walk found = walk({.start = {16},
                             .optimiser = Optimiser::gd,
                             .rate = 0.5,
                             .steps = 3,
                             .may_end_early = false,
                             .is_random = true},
                            {{1}});
    CHECK(found.seen == std::vector<Numbers>{{16}, {8}, {4}, {2}});
    CHECK(found.solution.numbers == Numbers{3});
}

TEST_CASE("a descent that leads away is refused, with the step") {
    const auto run = [](double rate) {
        return refusal<Error>([&] {
            (void)walk({.start = {1}, .optimiser = Optimiser::gd, .rate = rate, .steps = 2000}, {{1}});
        });
    };
    CHECK(run(1.5) == "");
    CHECK(holds(run(2.5), "the optimiser diverges in step"));
    CHECK(holds(run(2.5), "; give a smaller rate, or a start that is nearer"));
}
