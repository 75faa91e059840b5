#pragma once

#include <functional>
#include <string>

#include "fitting/free_numbers.hpp"
#include "fitting/residuals.hpp"
#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// What is fitted, at one level.
struct Level {
    const Residuals& residuals;
    const FreeNumbers& free;
    const FitOptions& options;
    Numbers start;  ///< of all numbers
    /// Told of each step, with all numbers.
    std::function<void(int step, const Numbers& numbers, double loss)> visit;
};

struct Optimised {
    Numbers numbers;  ///< all
    int steps = 0;
    bool has_converged = false;
    std::string stop{};
};

/// Throws `Error` where the optimiser fails, and `WaitEnded` where the thread's work is interrupted.
[[nodiscard]] Optimised optimised(const Level& level);

}  // namespace glimpse::fitting
