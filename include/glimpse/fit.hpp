#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/mechanism.hpp"

// The parameters whose glimpse matches a patch: learning where to look, of one glimpse, by the gradients that
// a network learns it by.

namespace glimpse {

/// How the loss is made less. lm: Levenberg–Marquardt (Ceres). gd, gradient descent: q ← q - rate ∂L/∂q.
/// adam: Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", with β = 0.9, 0.999 and ε = 1e-8.
/// The last two move q_k = p_k / t_k, t_k being the change of the number p_k that moves the corners of the
/// glimpse by one pixel at the start, in the root mean square of all corners; 1 where it moves none.
enum class Optimiser : std::uint8_t { lm, gd, adam };

/// What stands for the derivative of the glimpse.
///
/// pathwise: its own (`gradients`).
/// score: of crops, whose corner l is drawn from N(μ, σ² I), pixels:
///   ∂E L/∂μ ≈ 1/K Σ_k (L(l_k) - b_k) (l_k - μ)/σ²,   b_k the mean of the other K - 1 losses
///   (Williams 1992; Mnih et al. 2014, "Recurrent Models of Visual Attention").
/// straight_through: of crops, that of the transformer with the same box (Bengio, Léonard and Courville 2013,
///   "Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation").
/// linearized: of samples, ∂I/∂T from the plane through the sample that is nearest, by least squares, to 7
///   others around it, each displaced by N(0, (stride/4)²) + N(0, 1) pixels along either axis, the stride
///   being that of the glimpse (Jiang et al. 2019, "Linearized Multi-Sampling for Differentiable Image
///   Transformation").
enum class Estimator : std::uint8_t { pathwise, score, straight_through, linearized };

/// ρ(r²) of a residual r, which is r² near 0; a > 0 is its scale. none: r². huber: 2 a |r| - a² from |r| = a
/// on. soft_l1: 2 a² (√(1 + (r/a)²) - 1). cauchy: a² log(1 + (r/a)²). tukey: a²/3 (1 - (1 - (r/a)²)³), and
/// a²/3 from |r| = a on.
enum class RobustLoss : std::uint8_t { none, huber, soft_l1, cauchy, tukey };

/// "lm", "gd", …: the words of each, in its order.
GLIMPSE_EXPORT std::span<const std::string_view> optimiser_names();
GLIMPSE_EXPORT std::span<const std::string_view> estimator_names();
GLIMPSE_EXPORT std::span<const std::string_view> robust_loss_names();

/// least ≤ p ≤ most, or one of both.
struct FitBound {
    std::string parameter{};  ///< as in `FitOptions::free`, of one number
    double value = 0;
};

struct FitOptions {
    Estimator estimator = Estimator::pathwise;
    std::optional<Optimiser> optimiser{};  ///< none: lm, or adam where the estimator has no residuals' slopes
    RobustLoss loss = RobustLoss::none;
    double loss_scale = 0.05;  ///< 1e-6 ≤ a ≤ 1e6, in values of 0 to 1
    /// The numbers that are fitted, by the names of their places in the entry: "box/0", or what is part of
    /// such, "box" or "u", and stands for all that have it. Empty: all that have a derivative.
    std::vector<std::string> free{};
    std::vector<std::string> held{};  ///< and those of them that are not
    std::vector<FitBound> lower{};    ///< p ≥ value
    std::vector<FitBound> upper{};    ///< p ≤ value
    int steps = 200;                  ///< ≥ 1, at most, of each level
    std::optional<double> rate{};     ///< > 0, of gd and adam; none: 10 and 0.1
    double tolerance = 1e-8;          ///< ≥ 0: the change of the loss, relative, with which it ends
    bool coarse_to_fine = false;      ///< fits residuals that are blurred first, less and less
    double sigma = 2;                 ///< σ > 0 of score, pixels
    int samples = 32;                 ///< K ≥ 2 of score, in each step
    std::uint64_t seed = 0;           ///< of what score and linearized draw
};

/// A number of the entry.
struct FittedParameter {
    std::string name{};  ///< "box/0"
    double start = 0;
    double value = 0;
    bool is_free = true;
    bool is_at_bound = false;                ///< it would go on beyond
    std::optional<double> standard_error{};  ///< none where it is held, at a bound or undetermined
    std::optional<double> smoothed{};        ///< by `smoothed`: what the entry has in its place
};

/// Where the optimiser is.
struct FitStep {
    int level = 0;        ///< from 0
    double blur = 0;      ///< standard deviation, glimpse pixels
    int step = 0;         ///< from 0, the start
    double loss = 0;      ///< 1/n Σ ρ(r²)
    std::string entry{};  ///< JSON
};

/// What was found.
struct Fit {
    std::string entry{};  ///< JSON, which needs no defaults
    std::vector<FittedParameter> parameters{};
    std::int64_t residuals = 0;  ///< n = w·h·C
    double rms_at_start = 0;     ///< √(1/n Σ r²), values of 0 to 1
    double rms = 0;
    int steps = 0;                ///< of all levels
    std::vector<double> blurs{};  ///< of the levels, glimpse pixels
    bool has_converged = false;
    std::string stop{};                       ///< why it ended
    std::string without_errors{};             ///< why there are no standard errors; empty where there are
    std::vector<std::string> undetermined{};  ///< numbers that may change together, and the glimpse does not
};

/// The image and the patch.
struct FitData {
    const ImageRegion& image;  ///< all of it, without alpha
    const cv::Mat& target;     ///< h×w, with the image's channels; CV_32F is in the image's units
};

/// Called for each step.
using VisitFitStep = std::function<void(const FitStep&)>;

/// Fits the numbers of a glimpse so that Σ ρ(r²) is least, r = (g - target) / full scale: with whole numbers
/// of 8 bits divided by 255, of 16 by 65535, and float32 by what its image is.
///
/// With lm, and no bound that holds, the standard errors are those of
///   s² (JᵀJ)⁻¹,   s² = Σ r² / (n - p),
/// or of a robust loss s² = Σ ψ² / (n - p) / (1/n Σ ψ')², ψ = ρ'(r²) r (Huber 1981, "Robust Statistics",
/// 7.6): true where the noise of the target's values is independent and the image has none.
///
/// Throws `InvalidOption` for options that are wrong, `InvalidParameter` and `Error` where the glimpse has
/// no such derivative, sees nothing of the image, or has another size or other channels than the target,
/// where that is one colour all over or larger than the image, and where the optimiser diverges.
GLIMPSE_EXPORT Fit fit(const Glimpse& start, const FitData& data, const FitOptions& options,
                       const VisitFitStep& visit = {});

/// The fits of the frames of a track, the numbers being smoothed: of frame t, those of the line a + b (s - t)
/// that is nearest to the frames s by least squares, weighed by exp(-½ ((s - t)/σ)²) and, where each frame
/// has the number's standard error e_s > 0, by 1/e_s² (Cleveland 1979, "Robust Locally Weighted Regression
/// and Smoothing Scatterplots", with Gaussian weights): what moves evenly stays as it is, to the ends. σ > 0
/// frames, and the fits of one glimpse; none of a frame that has none. Residuals and errors stay those of the
/// fits.
GLIMPSE_EXPORT std::vector<std::optional<Fit>> smoothed(std::vector<std::optional<Fit>> frames, double sigma);

/// The bytes that `fit` takes at most beside the image and the target.
GLIMPSE_EXPORT std::int64_t fit_memory(const Glimpse& start, const FitData& data, const FitOptions& options);

/// The optimiser that is asked for, or suits the estimator.
[[nodiscard]] GLIMPSE_EXPORT Optimiser optimiser_of(const FitOptions& options);

/// Throws `InvalidOption` for what is wrong whatever the glimpse.
GLIMPSE_EXPORT void validate(const FitOptions& options);

}  // namespace glimpse
