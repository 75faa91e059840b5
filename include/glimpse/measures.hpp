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
#include "glimpse/geometry.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"

// What tells mechanisms apart that look at the same box: how far a gradient sees, what of the image is
// aliased, what a glimpse determines of its numbers, and from where they are found again.

namespace glimpse {

/// How far the derivative by a number sees.
struct GradientReach {
    std::string parameter{};         ///< a JSON Pointer: "/box/0"
    std::optional<double> pixels{};  ///< ≥ 0, image pixels; none where it weighs no pixel
};

/// R of ∂g/∂p for each number p (`gradients`): with the weights w_k of the derivative of a glimpse pixel at
/// the image pixels x_k, and c = Σ |a_k| x_k / Σ |a_k| the middle of that glimpse pixel's own weights a,
///
///   R = the least distance for which Σ_{|x_k - c| ≤ R} |w_k| ≥ 0.99 Σ_k |w_k|,
///
/// the mean over up to 3×3 glimpse pixels, at ⌊(2n + 1) w/6⌋ of w > 3 columns, n = 0 … 2, and rows likewise;
/// those that weigh no pixel are left out. c needs no sampling point, which some mechanisms have not, and is
/// it where the weights lie evenly about it. Throws as `gradients`.
GLIMPSE_EXPORT std::vector<GradientReach> gradient_reaches(const Mechanism& mechanism, Size image);

/// |Σ_k a_k exp(-2πi f·x_k)|² of the weights a_k of a glimpse pixel (x, y) at the image pixels x_k, f in
/// cycles per image pixel: the energy gain of a wave.
GLIMPSE_EXPORT double gain_at(const LinearMap& map, int x, int y, Point f);

/// The mean energy gain over the waves of the image, |f_x|, |f_y| ≤ ½, that the glimpse cannot tell from
/// slower ones: M of the map's matrix x = M j + c carries f to Mᵀ f cycles per glimpse pixel, of which one of
/// both is beyond ±½. Over the frequencies of the discrete Fourier transform of the weights of up to 3×3
/// glimpse pixels, as `gradient_reaches` takes them, each on a square of at least 64 pixels. Throws `Error`
/// without a matrix, and where there is no such wave.
GLIMPSE_EXPORT double mean_gain_above(const Lowered& lowered);

/// The image above the Nyquist frequency of a glimpse whose pixels are `stride` > 0 image pixels apart: what
/// the cosine transform (DCT-II, of even extension) of the plane, CV_32F, has at f_x > 1/(2 stride_x) or
/// f_y > 1/(2 stride_y), f_x = k/(2W) of its coefficient k. W and H are made even, with few prime factors,
/// by reflection at the right and the bottom.
GLIMPSE_EXPORT cv::Mat above_frequency(const cv::Mat& plane, Point stride);

/// How much of what the image has above the glimpse's Nyquist frequency gets through:
///
///   E = (1/n Σ_glimpse (A H I)²) / (1/m Σ_box (H I)²)
///
/// with H I as `above_frequency`, I being the mean of the channels in the bounding box of the outline, grown
/// by half of its sides on each side, and the map's support; n glimpse pixels; m image pixels of the bounding
/// box. E is 1 of a glimpse that takes every so many pixels of noise, and more where it picks what is bright.
/// Throws `Error` where the map has no axis-aligned matrix, and where the image has nothing there: Σ_box
/// (H I)² is less than 1e-12 of the square of its full scale, or no finite number.
GLIMPSE_EXPORT double energy_through(const Lowered& lowered, const ImageRegion& image);

/// J: n×p, columns ∂g/∂p with g in values of 0 to 1, n = w·h·C, and p in the units of the document.
struct JacobianFacts {
    std::vector<std::string> parameters{};             ///< "box/0", in the order of the columns
    std::vector<double> singular_values{};             ///< descending
    double tolerance = 0;                              ///< 1e-6 of the greatest: float32 has some 1e-7
    int rank = 0;                                      ///< how many are greater than that
    std::optional<double> condition{};                 ///< greatest over least; none below full rank
    std::vector<std::optional<double>> independent{};  ///< as `independent_shares` has it
};

/// Of a matrix J, CV_64F, n ≥ 1, p ≥ 1.
GLIMPSE_EXPORT JacobianFacts jacobian_facts(const cv::Mat& jacobian, std::vector<std::string> parameters);

/// Of each column j_k of J the share 1 - R² = min_c |j_k - Σ_{l≠k} c_l j_l|² / |j_k|² that the other columns
/// cannot make: 0 where they say the same, 1 where it is orthogonal to all; none of a column of 0.
GLIMPSE_EXPORT std::vector<std::optional<double>> independent_shares(const cv::Mat& jacobian);

/// J of a glimpse of an image without alpha. Throws as `gradients`, and `Error` without numbers.
GLIMPSE_EXPORT JacobianFacts jacobian_facts(const Glimpse& glimpse, const ImageRegion& image);

/// What starts are fitted to.
enum class BasinTarget : std::uint8_t {
    own,   ///< the mechanism's own glimpse
    area,  ///< the area crop of the outline's bounding box: no mechanism marks its own work
};

/// "own", "area"
GLIMPSE_EXPORT std::span<const std::string_view> basin_target_names();

struct BasinOptions {
    int grid = 9;               ///< ≥ 1, starts along either axis
    double displacement = 0.6;  ///< > 0: of the outermost starts, in sides of the outline's bounding box
    BasinTarget target = BasinTarget::own;
    int steps = 50;  ///< ≥ 1, at most, of each fit, whose tolerance is 1e-4
};

/// Where a fit ends: home: all corners of the outline within 1 % of the sides of its bounding box; elsewhere:
/// it has converged to another place; diverged: it failed, or has taken all its steps and is not home.
enum class BasinEnd : std::uint8_t { home, elsewhere, diverged };

/// "home", "elsewhere", "diverged"
GLIMPSE_EXPORT std::span<const std::string_view> basin_end_names();

struct Basin {
    int grid = 0;
    std::vector<BasinEnd> ends{};  ///< grid² of them, row by row, from the upper left displacement on
    double home = 0;               ///< the share that comes home
    std::vector<std::string>
        free{};  ///< the numbers that are fitted: those that move the corners, without angles
};

/// Fits the glimpse (`fit`, Levenberg–Marquardt) from starts whose corners are displaced by
/// (2 k/(grid - 1) - 1) · displacement sides along x and y, k = 0 … grid - 1; by 0 for a grid of 1. The
/// numbers of a start are those whose change moves the corners so, to first order. In parallel; the same ends
/// whatever the number of threads. `done` is told of each start that is over, from any thread; `interrupted`
/// is asked meanwhile. Throws `Error` where nothing can be fitted from home itself, with the reason, and
/// `WaitEnded`.
GLIMPSE_EXPORT Basin basin(const Glimpse& glimpse, const ImageRegion& image, const BasinOptions& options,
                           const std::function<void()>& done = {},
                           const std::function<bool()>& interrupted = {});

/// Throws `InvalidOption`.
GLIMPSE_EXPORT void validate(const BasinOptions& options);

/// Microseconds, each the median of calls on one thread.
struct ReadingTimes {
    double lowered_each_time = 0;  ///< `lower` and `read_glimpse`
    double read_alone = 0;
    int calls = 0;  ///< of reading alone
};

/// Repeated for about `seconds` each, at least three times.
GLIMPSE_EXPORT ReadingTimes reading_times(const Mechanism& mechanism, const ImageRegion& image,
                                          double seconds);

/// Whether g = A_y I A_xᵀ has dense matrices to be multiplied with.
GLIMPSE_EXPORT bool has_dense_product(const Lowered& lowered);

/// The same of the dense product, in float32, of all channels, which are planes already; at least once. It
/// depends on sizes alone. Throws `std::logic_error` unless `has_dense_product`.
GLIMPSE_EXPORT double dense_time(const Lowered& lowered, const ImageRegion& image, double seconds);

/// The mechanisms that a box is compared by, of that size, each with the id that it is known by: crops by
/// areas and by their usual kernel; transformers, bilinear and antialiased; Gaussians of σ = ½ and 1 of their
/// stride, and DRAW's, as near to the first as its five numbers come. DRAW's is left out where there is none.
/// Throws as `require_overlap`.
GLIMPSE_EXPORT std::vector<Glimpse> common_mechanisms(const Box& box, Size size, Size image);

}  // namespace glimpse
