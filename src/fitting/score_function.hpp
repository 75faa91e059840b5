#pragma once

#include <span>

#include "glimpse/geometry.hpp"
#include "glimpse/location_policy.hpp"

namespace glimpse::fitting {

/// The score-function estimate of ∂E L/∂μ from K ≥ 2 draws of l ~ N(μ, σ² I),
///   1/K Σ_k (L_k - b_k) (l_k - μ)/σ²,   b_k = 1/(K-1) Σ_{j≠k} L_j,
/// which is unbiased, since b_k does not depend on l_k (Kool, van Hoof and Welling 2019, "Buy 4 REINFORCE
/// Samples, Get a Baseline for Free!").
[[nodiscard]] Point score_gradient(std::span<const double> losses, std::span<const DrawnLocation> drawn);

}  // namespace glimpse::fitting
