#include "fitting/standard_errors.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "fitting/least_squares.hpp"
#include "fitting/robust_loss.hpp"

namespace glimpse::fitting {

namespace {

/// Of each column.
Numbers lengths(const cv::Mat& jacobian) {
    Numbers lengths;
    for (int k = 0; k < jacobian.cols; ++k) lengths.push_back(cv::norm(jacobian.col(k)));
    return lengths;
}

/// With columns of length 1, so that the numbers' units make no difference; those of 0 stay.
cv::Mat scaled(const cv::Mat& jacobian) {
    cv::Mat all = jacobian.clone();
    const Numbers by = lengths(jacobian);
    for (int k = 0; k < all.cols; ++k) {
        if (by[static_cast<std::size_t>(k)] > 0) all.col(k) /= by[static_cast<std::size_t>(k)];
    }
    return all;
}

}  // namespace

std::vector<bool> undetermined(const cv::Mat& jacobian) {
    constexpr double least_singular_value = 1e-6;  // float32 leaves some 1e-7 of what should be 0
    constexpr double least_share = 1e-3;
    std::vector<bool> all(static_cast<std::size_t>(jacobian.cols), false);
    const cv::Mat columns = scaled(jacobian);
    const cv::Mat products = columns.t() * columns;
    cv::Mat values;
    cv::Mat vectors;  // rows
    cv::eigen(products, values, vectors);
    for (int n = 0; n < vectors.rows; ++n) {
        if (values.at<double>(n) > least_singular_value * least_singular_value) continue;
        for (int k = 0; k < vectors.cols; ++k) {
            if (std::abs(vectors.at<double>(n, k)) > least_share) all[static_cast<std::size_t>(k)] = true;
        }
    }
    return all;
}

std::vector<std::optional<double>> standard_errors(const cv::Mat& jacobian, double s2) {
    const auto p = static_cast<std::size_t>(jacobian.cols);
    const std::vector<bool> is_undetermined = undetermined(jacobian);
    const Numbers by = lengths(jacobian);
    const cv::Mat_<double> columns = scaled(jacobian);
    const auto inverse = least_squares().covariance({columns.begin(), columns.end()}, p);
    std::vector<std::optional<double>> errors(p);
    if (!inverse) return errors;
    for (std::size_t k = 0; k < p; ++k) {
        if (!is_undetermined[k]) errors[k] = std::sqrt(s2 * (*inverse)[k * p + k]) / by[k];
    }
    return errors;
}

double residual_variance(const Numbers& residuals, const FitOptions& options, std::size_t p) {
    double squares = 0;
    double slopes = 0;
    for (const double r : residuals) {
        const auto [loss, first, second] = robust(options.loss, options.loss_scale, r * r);
        squares += first * r * first * r;
        slopes += first + 2 * r * r * second;
    }
    const auto n = static_cast<double>(residuals.size());
    const double mean_slope = slopes / n;
    return squares / (n - static_cast<double>(p)) / (mean_slope * mean_slope);
}

}  // namespace glimpse::fitting
