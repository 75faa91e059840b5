#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/rare.hpp"
#include "glimpse/sampling.hpp"

namespace glimpse {

/// The forms that the parameters of `Gaussian` come in.
namespace gaussian_form {

/// exp(-½ z²): what a pixel weighs at z standard deviations from the centre, before normalisation.
inline double weight(double z) {
    return std::exp(-0.5 * z * z);
}

/// The Gaussians of one axis: centres u + i d, standard deviation s.
struct Axis {
    double u = 0;  ///< centre of the first Gaussian, pixels, centre coordinates
    double s = 1;  ///< standard deviation, pixels; s > 0
    double d = 1;  ///< distance between the centres of neighbouring Gaussians, pixels
};

/// The six parameters themselves.
struct AxesForm {
    Axis x;
    Axis y;
};

/// DRAW's parameters for an A×B image and a patch of N columns and M rows:
///   g_X = (A+1)/2 (g̃_X + 1),  g_Y = (B+1)/2 (g̃_Y + 1),  δ = (max(A, B) - 1)/(max(N, M) - 1) δ̃,
///   centres μ_X = g_X + (j - N/2 - ½) δ for j = 1 … N and μ_Y = g_Y + (i - M/2 - ½) δ for i = 1 … M, in
///   1-based pixels; `read` is multiplied by γ. The paper's patch is a square, N = M.
/// Codes differ from it: both count j, i and pixels from 0, and
///   ericjang     m = exp(-(k - μ)² / (2σ²)²), so that s = √2 σ², divided by max(Σ m, 1e-8);
///   jbornschein  g_X = A/2 (g̃_X + 1), g_Y = B/2 (g̃_Y + 1), divided by Σ m + 1e-4.
struct DrawForm {
    double gx = 0;          ///< g̃_X, -1 … 1 inside the image
    double gy = 0;          ///< g̃_Y
    double log_sigma2 = 0;  ///< log σ²; σ in pixels
    double log_delta = 0;   ///< log δ̃
    double log_gamma = 0;   ///< log γ
};

/// d = width/w, u = x + d/2 - ½, s = sigma · d; y likewise. With an angle these are turned about the box's
/// centre. By HART's code
///   u = x, d = width/(w - 1), s = (½ width/W + 1e-5) W/w,   w > 1,
/// for an image of W columns, the angle is 0, and `sigma` is not used.
struct BoxForm : OrientedBox {
    double sigma = 0.5;      ///< standard deviation in units of d; sigma > 0
    Rare<double> sigma_y{};  ///< that of y, where it is another; > 0
};

/// What lies outside the image, where sums run over all whole positions.
struct Outside {
    Padding padding = Padding::zeros;  ///< mirrors at the edges
    Fill fill{};                       ///< instead of zeros; numbers of float32
};

}  // namespace gaussian_form

/// Gaussian attention: a grid of Gaussian filters, g = A_y I A_xᵀ with
///   A[i, k] = m_ik / (Σ_k m_ik + 1e-8),  m_ik = exp(-½ ((k - (u + i d)) / s)²),  k = 0 … H-1, i = 0 … h-1.
/// Gregor et al. 2015, "DRAW: A Recurrent Neural Network for Image Generation", section 3.2; in this form
/// Kosiorek et al. 2017, "Hierarchical Attentive Recurrent Tracking".
struct Gaussian {
    static constexpr std::string_view name = "gaussian";  ///< in documents

    using Axis = gaussian_form::Axis;
    using AxesForm = gaussian_form::AxesForm;
    using DrawForm = gaussian_form::DrawForm;
    using BoxForm = gaussian_form::BoxForm;
    using Outside = gaussian_form::Outside;

    /// eps: with the 1e-8 of the definition, so that a row far from every pixel fades to black. safe: without
    /// it, and with the row's greatest exponent subtracted from all of them, so that no mass vanishes: a row
    /// far from every pixel comes to take the nearest one.
    enum class Normalise : std::uint8_t { eps, safe };

    /// Whose code the numbers of a form are for: the definitions above; of a box, HART's
    /// (https://github.com/akosiorek/hart); of DRAW's five, those of https://github.com/ericjang/draw and
    /// https://github.com/jbornschein/draw.
    enum class Code : std::uint8_t { own, hart, ericjang, jbornschein };

    std::variant<AxesForm, DrawForm, BoxForm> form;
    std::optional<Size> size;  ///< w×h; the box's own rounded size without it; the other forms demand it
    Normalise normalise = Normalise::eps;  ///< `eps` with DRAW's codes; not used with `outside`
    Code code = Code::own;
    /// Sums run over all whole positions then, those outside the image too, and nothing is added to them;
    /// without it, over the image alone. None with codes.
    Rare<gaussian_form::Outside> outside{};
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const Gaussian& gaussian);

/// The six parameters for an image of size `image` and a glimpse of `size`. Throws `InvalidParameter` as
/// `in_pixels`.
GLIMPSE_EXPORT Gaussian::AxesForm axes(const Gaussian& gaussian, Size image, Size size);

/// The map for an image of size `image`, evaluated banded: |g - g_dense| ≤ 1e-6 · max|I|, for every s.
/// Throws `InvalidParameter`, or `Error` when the box lies wholly outside the image.
GLIMPSE_EXPORT Lowered lower(const Gaussian& gaussian, Size image);

/// The mechanism whose map's adjoint is the model's own write operation: DRAW writes with 1/γ.
GLIMPSE_EXPORT Gaussian for_writing(const Gaussian& gaussian);

}  // namespace glimpse
