#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fitting/entry.hpp"
#include "glimpse/fit.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse::fitting {

using Numbers = std::vector<double>;

/// The glimpse as a function of its numbers, and what an estimator takes for its derivatives.
class GlimpseModel {
  public:
    /// Of a glimpse without a transition. `range` is what is divided out of the image's values. Throws as
    /// `require_gradients`, and `Error` where the estimator is not for such a glimpse.
    GlimpseModel(const Glimpse& start, const ImageRegion& image, double range, const FitOptions& options);

    /// The JSON Pointers of the numbers.
    [[nodiscard]] const std::vector<std::string>& pointers() const { return pointers_; }
    [[nodiscard]] const Numbers& start() const { return start_; }
    [[nodiscard]] const Place& place() const { return forward_.place(); }

    /// The entry with other numbers.
    [[nodiscard]] FittedEntry entry(const Numbers& numbers) const;
    /// Throws as `lower`.
    [[nodiscard]] Lowered lowered(const Numbers& numbers) const;
    /// g, h×w×C CV_32F, in values of 0 to 1. Throws as `lower`, and `Error` where float32 cannot hold it.
    [[nodiscard]] cv::Mat read(const Numbers& numbers) const;
    /// ∂g/∂p of these numbers, each as `read`, by the estimator, `draw` telling apart what linearized draws;
    /// or without it the derivative itself. Throws likewise.
    [[nodiscard]] std::vector<cv::Mat> slopes(const Numbers& numbers, const std::vector<std::size_t>& which,
                                              std::optional<std::uint32_t> draw) const;

    /// How far a change of 1 of each number moves the corners of the glimpse, image pixels: the root mean
    /// square over the corners of its outline, or over the points that it marks; 0 where it has neither, or
    /// moves none.
    [[nodiscard]] Numbers corner_motion(const Numbers& numbers) const;
    /// A change of each number that moves them by a pixel; 1 where it moves none.
    [[nodiscard]] Numbers pixel_units(const Numbers& numbers) const;

  private:
    /// The entry whose derivative is taken.
    [[nodiscard]] FittedEntry slope_entry(const Numbers& numbers) const;
    [[nodiscard]] cv::Mat read(const Lowered& lowered) const;
    void find_numbers();
    [[nodiscard]] std::vector<cv::Mat> pathwise(const Numbers& numbers,
                                                const std::vector<std::size_t>& which) const;
    [[nodiscard]] std::vector<cv::Mat> linearized(const Numbers& numbers,
                                                  const std::vector<std::size_t>& which,
                                                  std::uint32_t draw) const;

    const ImageRegion& image_;
    double range_;
    Estimator estimator_;
    std::uint64_t seed_;
    FittedEntry forward_;
    std::optional<FittedEntry> surrogate_{};  ///< the transformer of straight_through
    std::vector<std::string> pointers_;
    Numbers start_;
};

}  // namespace glimpse::fitting
