#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// Σ ρ(r(x)²) is to be least.
struct LeastSquaresProblem {
    /// r(x), n numbers, and unless it is null the Jacobian, n×p, row by row. False where x is beyond what
    /// there is. Must not throw.
    std::function<bool(const double* x, double* residuals, double* jacobian)> evaluate;
    std::size_t residuals = 0;  ///< n
    std::vector<double> start;  ///< p numbers within the bounds
    std::vector<double> lower;  ///< p numbers, or -∞
    std::vector<double> upper;  ///< p numbers, or ∞
    RobustLoss loss = RobustLoss::none;
    double loss_scale = 1;
    int steps = 1;
    double tolerance = 0;  ///< the relative change of the sum with which it ends
    /// Told of each step that is taken; false ends.
    std::function<bool(int step, const double* x)> visit;
};

struct LeastSquaresSolution {
    std::vector<double> x;
    int steps = 0;  ///< that were taken or tried
    bool has_converged = false;
    std::string failure{};  ///< why it failed; empty where it did not
};

/// Levenberg–Marquardt and covariances, by Ceres: in a module, since its libraries are many.
struct LeastSquares {
    LeastSquaresSolution (*solve)(const LeastSquaresProblem& problem);
    /// (JᵀJ)⁺, p×p, row by row, of a Jacobian of n rows of p, the pseudo-inverse leaving out what is less
    /// than 1e-12 of the greatest eigenvalue; none where that fails.
    std::optional<std::vector<double>> (*covariance)(const std::vector<double>& jacobian, std::size_t p);
};

/// The module, opened by the first call. Throws `Error` where there is none.
const LeastSquares& least_squares();

}  // namespace glimpse::fitting
