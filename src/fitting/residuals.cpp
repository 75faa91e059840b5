#include "fitting/residuals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>

#include "backends/cpu.hpp"
#include "fitting/robust_loss.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/reading.hpp"

namespace glimpse::fitting {

namespace {

/// A grid of Gaussians on the pixels themselves.
std::optional<Lowered> blurring(Size size, double sigma) {
    if (sigma == 0) return std::nullopt;
    const Gaussian grid{.form = Gaussian::AxesForm{.x = {0, sigma, 1}, .y = {0, sigma, 1}}, .size = size};
    return lower(Mechanism(grid), size);
}

}  // namespace

Residuals::Residuals(const GlimpseModel& model, const cv::Mat& target, const FitOptions& options, double blur)
    : model_(model),
      target_(target),
      robust_(options.loss),
      scale_(options.loss_scale),
      blur_(blur),
      blurring_(blurring({target.cols, target.rows}, blur)) {}

cv::Mat Residuals::blurred(const cv::Mat& values) const {
    if (!blurring_) return values;
    return read_glimpse(CpuBackend(), *blurring_, {{0, 0, values.cols, values.rows}, values}, CV_32F);
}

Numbers Residuals::at(const Numbers& numbers) const {
    const cv::Mat difference = blurred(model_.read(numbers) - target_);
    const auto* const values = difference.ptr<float>();
    return {values, values + count()};
}

cv::Mat Residuals::jacobian(const Numbers& numbers, const std::vector<std::size_t>& which,
                            std::optional<std::uint32_t> draw) const {
    cv::Mat_<double> jacobian(static_cast<int>(count()), static_cast<int>(which.size()), 0.0);
    const std::vector<cv::Mat> slopes = model_.slopes(numbers, which, draw);
    for (std::size_t k = 0; k < which.size(); ++k) {
        const cv::Mat slope = blurred(slopes[k]);
        const auto* const values = slope.ptr<float>();
        for (int row = 0; row < jacobian.rows; ++row) jacobian(row, static_cast<int>(k)) = values[row];
    }
    return jacobian;
}

double Residuals::loss(const Numbers& residuals) const {
    const double sum = std::accumulate(residuals.begin(), residuals.end(), 0.0, [&](double s, double r) {
        return s + robust(robust_, scale_, r * r)[0];
    });
    return sum / static_cast<double>(residuals.size());
}

Numbers Residuals::slope_of_loss(const Numbers& residuals, const cv::Mat& jacobian) const {
    Numbers slope(static_cast<std::size_t>(jacobian.cols), 0.0);
    for (int row = 0; row < jacobian.rows; ++row) {
        const double r = residuals[static_cast<std::size_t>(row)];
        const double weight = 2 * robust(robust_, scale_, r * r)[1] * r / jacobian.rows;
        for (int k = 0; k < jacobian.cols; ++k)
            slope[static_cast<std::size_t>(k)] += weight * jacobian.at<double>(row, k);
    }
    return slope;
}

double root_mean_square(const Numbers& residuals) {
    const double sum = std::inner_product(residuals.begin(), residuals.end(), residuals.begin(), 0.0);
    return std::sqrt(sum / static_cast<double>(residuals.size()));
}

}  // namespace glimpse::fitting
