#include "fitting/optimising.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <opencv2/core.hpp>
#include <utility>

#include "fitting/descent.hpp"
#include "fitting/least_squares.hpp"
#include "fitting/score_function.hpp"
#include "glimpse/error.hpp"
#include "glimpse/location_policy.hpp"
#include "system/interruption.hpp"

namespace glimpse::fitting {

namespace {

/// A level as least squares. What is thrown inside passes Ceres as a failed evaluation, and is thrown again
/// behind it.
class SquaresOfLevel {
  public:
    explicit SquaresOfLevel(const Level& level) : level_(level) {}

    [[nodiscard]] LeastSquaresProblem problem() {
        const FitOptions& options = level_.options;
        return {.evaluate = [this](const double* x, double* r, double* j) { return evaluate(x, r, j); },
                .residuals = level_.residuals.count(),
                .start = level_.free.of(level_.start),
                .lower = level_.free.of(level_.free.lower),
                .upper = level_.free.of(level_.free.upper),
                .loss = options.loss,
                .loss_scale = options.loss_scale,
                .steps = options.steps,
                .tolerance = options.tolerance,
                .visit = [this](int step, const double* x) { return visit(step, x); }};
    }

    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    bool evaluate(const double* x, double* residuals, double* jacobian) {
        try {
            if (failure_) return false;
            require_uninterrupted();
            const Numbers numbers = level_.free.in(level_.start, x);
            std::ranges::copy(level_.residuals.at(numbers), residuals);
            if (jacobian == nullptr) return true;
            const cv::Mat_<double> all = level_.residuals.jacobian(numbers, level_.free.which, draws_++);
            std::copy(all.begin(), all.end(), jacobian);
            return true;
        } catch (const Error&) {
            return false;  // the numbers are beyond what the mechanism takes: a shorter step is tried
        } catch (...) {
            failure_ = std::current_exception();
            return false;
        }
    }

    bool visit(int step, const double* x) {
        try {
            const Numbers numbers = level_.free.in(level_.start, x);
            level_.visit(step, numbers, level_.residuals.loss(level_.residuals.at(numbers)));
        } catch (...) {
            failure_ = std::current_exception();
        }
        return failure_ == nullptr;
    }

    const Level& level_;
    std::uint32_t draws_ = 0;
    std::exception_ptr failure_;
};

std::string after_all(int steps) {
    return "all " + std::to_string(steps) + " steps are taken";
}

Optimised by_least_squares(const Level& level) {
    SquaresOfLevel squares(level);
    const LeastSquaresSolution solution = least_squares().solve(squares.problem());
    squares.rethrow();
    if (!solution.failure.empty()) throw Error("the optimiser fails: " + solution.failure);
    return {.numbers = level.free.in(level.start, solution.x.data()),
            .steps = solution.steps,
            .has_converged = solution.has_converged,
            .stop = solution.has_converged ? "the loss changes no more" : after_all(level.options.steps)};
}

/// The window of the least loss of all that were drawn.
struct BestWindow {
    Numbers corner;
    double loss = std::numeric_limits<double>::infinity();
};

/// The losses of windows that are drawn about the place, and the estimate from them.
LossAndSlope drawn_loss(const Level& level, const Numbers& numbers, int step, BestWindow& best) {
    const FitOptions& options = level.options;
    const LocationPolicy policy{.kind = LocationPolicy::Kind::normal,
                                .count = options.samples,
                                .seed = options.seed,
                                .mean = Point{numbers[0], numbers[1]},
                                .sigma = options.sigma};
    const auto drawn = draw(policy, {}, {.map = static_cast<std::uint32_t>(step)});
    Numbers losses;
    for (const DrawnLocation& one : drawn) {
        require_uninterrupted();
        // Rounded here: a corner that is no whole number might round to a window of another size.
        const Numbers drawn_corner{double(nearest_edge(one.location.x)),
                                   double(nearest_edge(one.location.y))};
        const Numbers corner = level.free.in(level.start, level.free.of(drawn_corner).data());
        losses.push_back(level.residuals.loss(level.residuals.at(corner)));
        if (losses.back() < best.loss && level.free.allows(corner)) best = {corner, losses.back()};
    }
    const auto [least, greatest] = std::ranges::minmax(losses);
    if (least == greatest && least > 0)
        throw Error(
            "all windows that are drawn have the same loss: they see nothing of the image that tells them "
            "apart");
    const Point slope = score_gradient(losses, drawn);
    double sum = 0;
    for (const double loss : losses) sum += loss;
    const Numbers by{slope.x, slope.y};
    return {sum / static_cast<double>(losses.size()), level.free.of(by)};
}

Numbers units_of(const Level& level) {
    if (level.options.estimator == Estimator::score) return Numbers(level.start.size(), 1.0);
    return level.residuals.model().pixel_units(level.start);
}

Optimised by_descent(const Level& level) {
    const FitOptions& options = level.options;
    const Optimiser optimiser = optimiser_of(options);
    const bool is_random = options.estimator == Estimator::score;
    BestWindow best;
    const auto evaluate = [&](const Numbers& some, int step) -> LossAndSlope {
        require_uninterrupted();
        const Numbers numbers = level.free.in(level.start, some.data());
        if (is_random) return drawn_loss(level, numbers, step, best);
        const Numbers r = level.residuals.at(numbers);
        const cv::Mat jacobian =
            level.residuals.jacobian(numbers, level.free.which, static_cast<std::uint32_t>(step));
        return {level.residuals.loss(r), level.residuals.slope_of_loss(r, jacobian)};
    };
    const double usual_rate = optimiser == Optimiser::adam ? 0.1 : 10;
    const bool may_end = !is_random && options.estimator != Estimator::straight_through;
    const DescentSolution solution =
        descend({.evaluate = evaluate,
                 .start = level.free.of(level.start),
                 .units = level.free.of(units_of(level)),
                 .lower = level.free.of(level.free.lower),
                 .upper = level.free.of(level.free.upper),
                 .optimiser = optimiser,
                 .rate = options.rate.value_or(usual_rate),
                 .steps = options.steps,
                 .tolerance = options.tolerance,
                 .may_end_early = may_end,
                 .is_random = is_random,
                 .visit = [&](int step, const Numbers& some, double loss) {
                     level.visit(step, level.free.in(level.start, some.data()), loss);
                 }});
    Numbers numbers = level.free.in(level.start, solution.numbers.data());
    if (best.loss < level.residuals.loss(level.residuals.at(numbers))) numbers = best.corner;
    return {.numbers = numbers,
            .steps = solution.steps,
            .has_converged = solution.has_converged,
            .stop = solution.has_converged ? "the loss changes no more" : after_all(options.steps)};
}

}  // namespace

Optimised optimised(const Level& level) {
    return optimiser_of(level.options) == Optimiser::lm ? by_least_squares(level) : by_descent(level);
}

}  // namespace glimpse::fitting
