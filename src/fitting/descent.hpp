#pragma once

#include <functional>
#include <vector>

#include "fitting/glimpse_model.hpp"
#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// A loss and its slope, or estimates of both.
struct LossAndSlope {
    double loss = 0;
    Numbers slope{};
};

/// The loss is to be least, by steps down its slope.
struct DescentProblem {
    /// Of the numbers, in step k. Throws `InvalidParameter` or `Error` beyond what there is.
    std::function<LossAndSlope(const Numbers& numbers, int k)> evaluate{};
    Numbers start{};  ///< within the bounds
    Numbers units{};  ///< t: q = p / t
    Numbers lower{};
    Numbers upper{};
    Optimiser optimiser = Optimiser::adam;  ///< gd or adam
    double rate = 0.1;
    int steps = 1;
    double tolerance = 0;
    bool may_end_early = true;  ///< once the loss changes no more
    bool is_random = false;     ///< the loss is an estimate: the mean of the last half of the steps is taken
    std::function<void(int step, const Numbers& numbers, double loss)> visit{};
};

struct DescentSolution {
    Numbers numbers;  ///< of the least loss, or the mean
    int steps = 0;
    bool has_converged = false;
};

/// Throws `Error` where it diverges.
[[nodiscard]] DescentSolution descend(const DescentProblem& problem);

}  // namespace glimpse::fitting
