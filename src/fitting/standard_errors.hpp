#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <vector>

#include "fitting/glimpse_model.hpp"
#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// The columns of J that may change together, and r does not: those of the vectors v with ‖J v‖ ≤ 1e-6 ‖v‖,
/// the columns being scaled to a length of 1.
[[nodiscard]] std::vector<bool> undetermined(const cv::Mat& jacobian);

/// √(s² ((JᵀJ)⁺)_kk) of each column of J, s² being the variance of the residuals; none where the glimpse does
/// not determine that number. Throws `Error` where the module is not there.
[[nodiscard]] std::vector<std::optional<double>> standard_errors(const cv::Mat& jacobian, double s2);

/// s² of `fit`'s comment, of residuals that p numbers were fitted to; n > p.
[[nodiscard]] double residual_variance(const Numbers& residuals, const FitOptions& options, std::size_t p);

}  // namespace glimpse::fitting
