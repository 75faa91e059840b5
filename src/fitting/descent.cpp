#include "fitting/descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "glimpse/error.hpp"

namespace glimpse::fitting {

namespace {

/// How the numbers q change with the slope of the loss by them.
class Rule {
  public:
    Rule(Optimiser optimiser, double rate, std::size_t count)
        : optimiser_(optimiser), rate_(rate), mean_(count, 0.0), square_(count, 0.0) {}

    Numbers step(const Numbers& slope) {
        ++count_;
        Numbers change;
        for (std::size_t k = 0; k < slope.size(); ++k) change.push_back(-rate_ * direction(k, slope[k]));
        return change;
    }

  private:
    double direction(std::size_t k, double slope) {
        if (optimiser_ == Optimiser::gd) return slope;
        constexpr double of_mean = 0.9;
        constexpr double of_square = 0.999;
        constexpr double epsilon = 1e-8;
        mean_[k] = of_mean * mean_[k] + (1 - of_mean) * slope;
        square_[k] = of_square * square_[k] + (1 - of_square) * slope * slope;
        const double mean = mean_[k] / (1 - std::pow(of_mean, count_));
        const double square = square_[k] / (1 - std::pow(of_square, count_));
        return mean / (std::sqrt(square) + epsilon);
    }

    Optimiser optimiser_;
    double rate_;
    int count_ = 0;
    Numbers mean_;
    Numbers square_;
};

[[noreturn]] void diverge(int step, const std::string& why) {
    throw Error("the optimiser diverges in step " + std::to_string(step) + ": " + why + "; give a smaller " +
                field_name("rate") + ", or a start that is nearer");
}

/// At the numbers that a step leads to, where there may be nothing.
LossAndSlope evaluated(const DescentProblem& problem, const Numbers& numbers, int step) {
    LossAndSlope there;
    try {
        there = problem.evaluate(numbers, step);
    } catch (const Error& error) {
        if (step == 0) throw;
        diverge(step, error.what());
    }
    const auto is_finite = [](double number) { return std::isfinite(number); };
    if (!is_finite(there.loss) || !std::ranges::all_of(there.slope, is_finite))
        diverge(step, "the loss is infinite");
    return there;
}

/// The mean of what is seen in the last half of the steps.
class LateMean {
  public:
    void add(const Numbers& numbers) { seen_.push_back(numbers); }
    [[nodiscard]] Numbers mean() const {
        const std::size_t first = seen_.size() / 2;
        Numbers sum(seen_.front().size(), 0.0);
        for (std::size_t n = first; n < seen_.size(); ++n) {
            for (std::size_t k = 0; k < sum.size(); ++k)
                sum[k] += seen_[n][k] / static_cast<double>(seen_.size() - first);
        }
        return sum;
    }

  private:
    std::vector<Numbers> seen_;
};

/// Ends once the loss has changed no more for three steps, since one alone may be a turning point.
class Ending {
  public:
    explicit Ending(double tolerance) : tolerance_(tolerance) {}
    bool is_reached(double loss) {
        constexpr double rounding = 0x1p-48;  // the square of float32's, of values up to 1
        const bool is_calm = std::abs(loss - before_) <= tolerance_ * before_ || loss < rounding;
        calm_ = is_calm ? calm_ + 1 : 0;
        before_ = loss;
        return calm_ >= 3;
    }

  private:
    double tolerance_;
    double before_ = std::numeric_limits<double>::infinity();
    int calm_ = 0;
};

void move(Numbers& numbers, const DescentProblem& problem, const Numbers& change) {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        numbers[k] =
            std::clamp(numbers[k] + problem.units[k] * change[k], problem.lower[k], problem.upper[k]);
    }
}

/// By q: ∂L/∂q = t ∂L/∂p.
Numbers by_units(Numbers slope, const Numbers& units) {
    for (std::size_t k = 0; k < slope.size(); ++k) slope[k] *= units[k];
    return slope;
}

bool is_level(const Numbers& slope) {
    return std::ranges::all_of(slope, [](double number) { return number == 0; });
}

}  // namespace

DescentSolution descend(const DescentProblem& problem) {
    Rule rule(problem.optimiser, problem.rate, problem.start.size());
    Ending ending(problem.tolerance);
    LateMean late;
    Numbers numbers = problem.start;
    DescentSolution best{.numbers = numbers};
    double least = std::numeric_limits<double>::infinity();
    double at_start = 0;
    double at_end = 0;
    for (int step = 0; step <= problem.steps; ++step) {
        const LossAndSlope there = evaluated(problem, numbers, step);
        problem.visit(step, numbers, there.loss);
        if (step == 0) at_start = there.loss;
        at_end = there.loss;
        if (there.loss < least) best.numbers = numbers;
        least = std::min(least, there.loss);
        late.add(numbers);
        best.steps = step;
        const bool is_stuck = !problem.is_random && is_level(there.slope);
        if (is_stuck && there.loss > at_start)
            diverge(step, "the glimpse sees nothing of the image any more");
        best.has_converged = problem.may_end_early && (is_stuck || ending.is_reached(there.loss));
        if (best.has_converged) break;
        if (step == problem.steps) break;
        move(numbers, problem, rule.step(by_units(there.slope, problem.units)));
    }
    if (problem.is_random) {
        best.numbers = late.mean();  // which rounding may take beyond a bound
        move(best.numbers, problem, Numbers(best.numbers.size(), 0.0));
    }
    if (!problem.is_random && !best.has_converged && at_end >= at_start && at_start > 0)
        diverge(best.steps, "the loss is no less than that of the start");
    return best;
}

}  // namespace glimpse::fitting
