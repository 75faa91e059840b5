#include "mechanisms/mask_changes.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <span>

#include "glimpse/error.hpp"
#include "maps/image_region.hpp"
#include "mechanisms/activation.hpp"

namespace glimpse {

namespace {

/// A M of the rows of A, or Aᵀ M of its columns.
cv::Mat banded_times(const BandedMatrix& a, const cv::Mat& m) {
    cv::Mat all = cv::Mat::zeros(a.rows(), m.cols, CV_64F);
    for (int i = 0; i < a.rows(); ++i) {
        const auto [first, weights] = a.row(i);
        cv::Mat row = all.row(i);
        for (int k = 0; const float weight : weights) row += double(weight) * m.row(first + k++);
    }
    return all;
}

cv::Mat transposed_times(const BandedMatrix& a, const cv::Mat& m) {
    cv::Mat all = cv::Mat::zeros(a.columns(), m.cols, CV_64F);
    for (int i = 0; i < a.rows(); ++i) {
        const auto [first, weights] = a.row(i);
        for (int k = 0; const float weight : weights) {
            cv::Mat row = all.row(first + k++);
            row += double(weight) * m.row(i);
        }
    }
    return all;
}

/// R M Kᵀ
cv::Mat upsampled_by(const std::optional<Separable>& axes, const cv::Mat& m) {
    if (!axes) return m;
    return banded_times(axes->columns, cv::Mat(banded_times(axes->rows, m).t())).t();
}

/// Rᵀ M K
cv::Mat gathered_by(const std::optional<Separable>& axes, const cv::Mat& m) {
    if (!axes) return m;
    return transposed_times(axes->columns, cv::Mat(transposed_times(axes->rows, m).t())).t();
}

/// The derivative of each number's activation, and of softmax its values.
cv::Mat slopes_of(const Mask& mask, const cv::Mat& values, const cv::Mat& activated) {
    switch (mask.activation) {
        case Mask::Activation::none:
            break;
        case Mask::Activation::sigmoid:
            return activated.mul(1 - activated) / mask.map().temperature;
        case Mask::Activation::softmax:
            return activated;
        case Mask::Activation::relu: {
            cv::Mat slopes;
            cv::Mat(values > 0).convertTo(slopes, CV_64F, 1.0 / 255);
            return slopes;
        }
    }
    return cv::Mat::ones(values.size(), CV_64F);
}

/// 1 where a weight is what it was, and 0 where it is cut to the range of soft masks.
cv::Mat kept_weights(const Mask& mask, const cv::Mat& weights) {
    cv::Mat kept = cv::Mat::ones(weights.size(), CV_64F);
    if (mask.kind != Mask::Kind::soft) return kept;
    kept.setTo(0, weights < 0);
    if (mask.normalise == Mask::Normalise::none) kept.setTo(0, weights > 1);
    return kept;
}

}  // namespace

NormalisedWeights::NormalisedWeights(Mask::Normalise normalise, const cv::Mat& weights) {
    if (normalise == Mask::Normalise::none) return;
    if (normalise == Mask::Normalise::sum) {
        divisor_ = cv::sum(weights)[0];
        of_divisor_ = cv::Mat::ones(weights.size(), CV_64F);
    } else {
        divisor_ = cv::norm(weights, cv::NORM_INF);
        if (divisor_ == 0)
            throw Error(
                "the mask's weights are 0 everywhere, and have no greatest whose derivative there is");
        const cv::Mat are_greatest = cv::abs(weights) == divisor_;
        of_divisor_ = cv::Mat::zeros(weights.size(), CV_64F);
        cv::Mat(weights / (divisor_ * cv::countNonZero(are_greatest))).copyTo(of_divisor_, are_greatest);
    }
    a_ = weights / divisor_;
}

cv::Mat NormalisedWeights::changed(const cv::Mat& weights) const {
    if (a_.empty()) return weights;
    return (weights - a_ * of_divisor_.dot(weights)) / divisor_;
}

cv::Mat NormalisedWeights::pulled_back(const cv::Mat& by_weights) const {
    if (a_.empty()) return by_weights;
    return (by_weights - of_divisor_ * a_.dot(by_weights)) / divisor_;
}

MapWeights::MapWeights(const Mask& mask, const cv::Mat& values, Size image)
    : activation_(mask.activation),
      temperature_(mask.map().temperature),
      place_(placed_map(mask, image)),
      image_(image) {
    const cv::Mat activated = glimpse::activated(mask, values);
    slopes_ = slopes_of(mask, values, activated);
    if (!place_.pixels.empty()) axes_ = upsampling_axes(mask, {values.cols, values.rows}, place_);
    const cv::Mat weights = place_.pixels.empty() ? cv::Mat() : upsampled_by(axes_, activated);
    if (weights.empty()) return;
    is_kept_ = kept_weights(mask, weights);
    normalised_.emplace(mask.normalise, weights.mul(is_kept_));
}

cv::Mat MapWeights::activation_changed(const cv::Mat& values) const {
    if (activation_ != Mask::Activation::softmax) return values.mul(slopes_);
    // Symmetric: its own transpose.
    return slopes_.mul(values - slopes_.dot(values)) / temperature_;
}

cv::Mat MapWeights::changed(const cv::Mat& values) const {
    cv::Mat all = cv::Mat::zeros(image_.height, image_.width, CV_64F);
    if (!normalised_) return all;
    const cv::Mat weights = upsampled_by(axes_, activation_changed(values)).mul(is_kept_);
    normalised_->changed(weights).copyTo(all(rect(place_.pixels)));
    return all;
}

cv::Mat MapWeights::pulled_back(const cv::Mat& by_weights) const {
    if (!normalised_) return cv::Mat::zeros(slopes_.size(), CV_64F);
    const cv::Mat inside = by_weights(rect(place_.pixels));
    return activation_changed(gathered_by(axes_, normalised_->pulled_back(inside).mul(is_kept_)));
}

}  // namespace glimpse
