#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "glimpse/export.hpp"

// Between addition and multiplication: Köpp, van der Smagt, Urban 2016, "A Differentiable Transition Between
// Additive and Multiplicative Neurons", arXiv:1604.03736, in real numbers.

namespace glimpse {

/// ψ, the solution of Abel's equation ψ(eˣ) = ψ(x) + 1 with ψ(x) = x on [0, 1): eˣ - 1 for x < 0, and from 1
/// on log^(k)(x) + k, k being the number of logarithms until the value lies in [0, 1).
GLIMPSE_EXPORT double abel(double x);

/// ψ'(x): eˣ for x < 0, 1 on [0, 1), and from 1 on Π_{j<k} 1 / log^(j)(x).
GLIMPSE_EXPORT double abel_derivative(double x);

/// E(n, x) = exp^(n)(x) = ψ⁻¹(ψ(x) + n), the exponential iterated n times, -1 ≤ n ≤ 1: x for n = 0, eˣ for n
/// = 1 and log x for n = -1. NaN where ψ(x) + n < -1, which no x ≥ 0 is; -∞ stands for log 0.
GLIMPSE_EXPORT double iterated_exponential(double n, double x);

/// ∂E/∂x = ψ'(x) / ψ'(E(n, x)).
GLIMPSE_EXPORT double iterated_exponential_slope(double n, double x);

/// ∂E/∂n = 1 / ψ'(E(n, x)).
GLIMPSE_EXPORT double iterated_exponential_rate(double n, double x);

/// x ⊕_n y = E(n, E(-n, x) + E(-n, y)), x, y ≥ 0 and 0 ≤ n ≤ 1: x + y for n = 0 and x y for n = 1, both
/// exactly.
GLIMPSE_EXPORT double transition_sum(double n, double x, double y);

/// How a map takes an image: `Weights` combine with it, g = a ⊕_n I, and any other map A is conjugated,
/// g = E(n, A E(-n, I)), a quasi-arithmetic mean where rows sum to 1, from the arithmetic (n = 0) to the
/// geometric one (n = 1). Values are divided by the range first, so that white is 1, and multiplied after.
struct Transition {
    std::vector<double> n{1};  ///< 0 ≤ n ≤ 1; one for all channels, or one for each
    /// n of each pixel of the image, H×W CV_32F, alike in all channels, in place of `n`; of `Weights` alone.
    cv::Mat of_pixels{};
};

/// Throws `InvalidParameter` at "/transition" unless there are numbers, all of them from 0 to 1.
GLIMPSE_EXPORT void validate(const Transition& transition);

}  // namespace glimpse
