#pragma once

#include <algorithm>
#include <vector>

#include "glimpse/banded_matrix.hpp"
#include "glimpse/mechanisms/gaussian.hpp"

// The rows of Gaussian attention's matrices, and how they change with u, s and d.

namespace glimpse {

/// Weights are kept where exp(-½ z²) ≥ exp(-½ cutoff²) times that of the nearest pixel of the image, z the
/// distance to the centre in units of s. By Mills' ratio what is left out of a row is at most e^(-cutoff²/2)
/// = 1.5e-8 of its mass, also where the centre lies outside the image and only a flank is left of the
/// Gaussian. Since each row is normalised over what it keeps, that changes a value by at most 2 · 1.5e-8 ·
/// max|I| on each axis, 6.1e-8 on both, which leaves 9e-7 of the promised 1e-6 for float32 weights and sums.
inline constexpr double gaussian_cutoff = 6;

/// Throws `Error` unless so many positions may be looked at beyond the image, on either side of a centre.
void require_reach(double reach);

/// What a row's mass Σm is divided by: max(Σm + added, least).
struct Divisor {
    double added;
    double least;

    [[nodiscard]] double of(double mass) const { return std::max(mass + added, least); }
    /// Whether it changes with the mass.
    [[nodiscard]] bool follows(double mass) const { return mass + added >= least; }
};

/// Part of the definition: rows whose weights all vanish fade to black.
Divisor divisor_of(const Gaussian& gaussian);

/// One axis of the map.
struct FilterBank {
    BandedMatrix a;     ///< gain · A
    double inside = 0;  ///< the mean share of its rows inside the image
};

/// For an axis of `size` pixels and `count` Gaussians.
FilterBank filter_bank(const Gaussian::Axis& axis, int count, int size, const Gaussian& gaussian,
                       double gain);

/// The same over all whole positions, whose padding the rows have; nothing is added. Throws as
/// `require_reach`.
BandedMatrix padded_filters(const Gaussian::Axis& axis, int count, int size, Padding padding, double gain);

/// ∂(gain · A)/∂p of an axis whose u, s and d have the derivatives `moves` by p. With D = Σm + ε, over the
/// pixels or, with an `outside`, over all whole positions:
///
///   ∂A = (∂m - A Σ∂m) / D,   ∂m_ik = m_ik (z ∂c_i + z² ∂s) / s,   c_i = u + i d,   z = (k - c_i) / s
BandedMatrix derivative_of_filters(const Gaussian::Axis& axis, const Gaussian::Axis& moves, int count,
                                   int size, const Gaussian& gaussian, double gain);

/// Σ_k (k - c_i) A_ik of each row, over the same positions; 0 where the divisor does not follow the mass.
std::vector<double> mean_distances(const Gaussian::Axis& axis, int count, int size, const Gaussian& gaussian);

}  // namespace glimpse
