#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <vector>

#include "glimpse/mechanisms/mask.hpp"
#include "mechanisms/upsampling.hpp"

// How the weights of a mask change with the numbers that they are made of: the derivative of each step, and
// its transpose, which carries the gradient of a loss back. All matrices are CV_64F.

namespace glimpse {

/// a_k = exp(-½ ((k - u)/s)²) of an axis of so many pixels, normalised. Throws `Error` where all are 0 and
/// have no sum.
std::vector<double> gaussian_vector(const Mask::GaussianForm::Axis& axis, int size,
                                    Mask::GaussianForm::Normalise normalise);

/// a = z / D of weights z, D being their sum, or greatest magnitude, or 1.
class NormalisedWeights {
  public:
    /// Throws `Error` where all are 0 and have no greatest.
    NormalisedWeights(Mask::Normalise normalise, const cv::Mat& weights);

    /// ∂a = (∂z - a ∂D) / D
    [[nodiscard]] cv::Mat changed(const cv::Mat& weights) const;
    /// ∂L/∂z = (∂L/∂a - ∂D/∂z Σ a ∂L/∂a) / D
    [[nodiscard]] cv::Mat pulled_back(const cv::Mat& by_weights) const;

  private:
    double divisor_ = 1;
    cv::Mat a_;             ///< empty: they are not divided
    cv::Mat of_divisor_{};  ///< ∂D/∂z; of several greatest an even share of each
};

/// The weights of a mask from a map v of numbers: activated, upsampled, cut to 0…1 and normalised.
class MapWeights {
  public:
    /// `values` are the map's. Throws as `lower`.
    MapWeights(const Mask& mask, const cv::Mat& values, Size image);

    /// ∂a, as large as the image, of ∂v.
    [[nodiscard]] cv::Mat changed(const cv::Mat& values) const;
    /// ∂L/∂v of ∂L/∂a.
    [[nodiscard]] cv::Mat pulled_back(const cv::Mat& by_weights) const;

  private:
    [[nodiscard]] cv::Mat activation_changed(const cv::Mat& values) const;

    Mask::Activation activation_;
    double temperature_;
    cv::Mat slopes_;  ///< of each number's activation; of softmax y
    PlacedMap place_;
    std::optional<Separable> axes_;  ///< of the upsampling
    cv::Mat is_kept_;                ///< 1, or 0 where a weight is cut to 0 or 1
    Size image_;
    std::optional<NormalisedWeights> normalised_{};
};

}  // namespace glimpse
