#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <vector>

#include "fitting/glimpse_model.hpp"
#include "glimpse/fit.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse::fitting {

/// What a glimpse is compared by: r = B (g - target), B being a blur of the glimpse, or nothing.
class Residuals {
  public:
    /// `target` has the glimpse's size, and values of 0 to 1. `blur` ≥ 0 is the standard deviation of a
    /// Gaussian on the glimpse's own pixels, whose rows are normalised (`Gaussian`): the glimpse and the
    /// target are blurred alike, at their borders, too, so that a match stays one.
    Residuals(const GlimpseModel& model, const cv::Mat& target, const FitOptions& options, double blur);

    [[nodiscard]] const GlimpseModel& model() const { return model_; }
    [[nodiscard]] double blur() const { return blur_; }
    /// n
    [[nodiscard]] std::size_t count() const {
        return target_.total() * static_cast<std::size_t>(target_.channels());
    }

    /// r, in row order. Throws as `GlimpseModel::read`.
    [[nodiscard]] Numbers at(const Numbers& numbers) const;
    /// ∂r/∂p of those numbers, n×p CV_64F, as `GlimpseModel::slopes` has it. Throws likewise.
    [[nodiscard]] cv::Mat jacobian(const Numbers& numbers, const std::vector<std::size_t>& which,
                                   std::optional<std::uint32_t> draw = std::nullopt) const;
    /// 1/n Σ ρ(r²)
    [[nodiscard]] double loss(const Numbers& residuals) const;
    /// ∂(1/n Σ ρ(r²))/∂p = 2/n Jᵀ ρ'(r²) r
    [[nodiscard]] Numbers slope_of_loss(const Numbers& residuals, const cv::Mat& jacobian) const;

  private:
    [[nodiscard]] cv::Mat blurred(const cv::Mat& values) const;

    const GlimpseModel& model_;
    const cv::Mat& target_;
    RobustLoss robust_;
    double scale_;
    double blur_;
    std::optional<Lowered> blurring_{};
};

/// √(1/n Σ r²)
[[nodiscard]] double root_mean_square(const Numbers& residuals);

}  // namespace glimpse::fitting
