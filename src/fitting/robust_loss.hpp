#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// ρ(s), ρ'(s) and ρ''(s) at s = r² ≥ 0 for the scale a, as `RobustLoss` has them.
inline std::array<double, 3> robust(RobustLoss loss, double a, double s) {
    const double square = a * a;
    switch (loss) {
        case RobustLoss::huber: {
            if (s <= square) break;
            const double r = std::sqrt(s);
            return {2 * a * r - square, a / r, -a / (2 * r * s)};
        }
        case RobustLoss::soft_l1: {
            const double root = std::sqrt(1 + s / square);
            return {2 * s / (root + 1), 1 / root, -1 / (2 * square * root * root * root)};
        }
        case RobustLoss::cauchy: {
            const double sum = 1 + s / square;
            return {square * std::log1p(s / square), 1 / sum, -1 / (square * sum * sum)};
        }
        case RobustLoss::tukey: {
            const double share = std::min(1.0, s / square);
            const double left = 1 - share;
            return {square / 3 * share * (3 - 3 * share + share * share), left * left, -2 / square * left};
        }
        case RobustLoss::none:
            break;
    }
    return {s, 1, 0};
}

}  // namespace glimpse::fitting
