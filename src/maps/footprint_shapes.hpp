#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "glimpse/geometry.hpp"
#include "maps/dual.hpp"

// The formulas of the footprints that a glimpse pixel may have, of numbers, or of such that move.

namespace glimpse {

template <typename Number>
using PairOf = std::array<Number, 2>;
/// J: rows first x then y.
template <typename Number>
using JacobianOf = std::array<PairOf<Number>, 2>;

/// σ: how many pixels of the image the longest of all glimpse pixels' diameters has.
template <typename Number>
Number greatest_singular_value_of(const JacobianOf<Number>& jacobian) {
    using std::hypot;
    using std::sqrt;
    const auto& [x, y] = jacobian;
    const Number across = x[0] * x[0] + y[0] * y[0];
    const Number down = x[1] * x[1] + y[1] * y[1];
    const Number both = x[0] * x[1] + y[0] * y[1];
    return sqrt((across + down + hypot(across - down, 2 * both)) / 2);
}

/// m, and what the triangles of an antialiased sample take of d, as `Footprints` has it.
template <typename Number>
struct PixelShape {
    Number share{};             ///< m
    PairOf<Number> across{};    ///< q_x s_x / max(1, s_x) = across · d
    PairOf<Number> down{};      ///< q_y s_y / max(1, s_y) = down · d
    PairOf<Number> upright{};   ///< max(1, r_x), max(1, r_y)
    PairOf<Number> widening{};  ///< max(1, s) / s; where m > 0

    explicit PixelShape(const JacobianOf<Number>& jacobian) {
        using std::abs;
        using std::hypot;
        const auto& [x, y] = jacobian;
        const auto at_least_one = [](const Number& n) { return std::max(Number(1.0), n); };
        const PairOf<Number> s{hypot(x[0], y[0]), hypot(x[1], y[1])};
        const Number determinant = x[0] * y[1] - x[1] * y[0];
        const PairOf<Number> sides{at_least_one(s[0]), at_least_one(s[1])};
        upright = {at_least_one(hypot(x[0], x[1])), at_least_one(hypot(y[0], y[1]))};
        if (!(determinant == Number(0.0))) {
            const Number sine = abs(determinant) / (s[0] * s[1]);
            const Number thickness = std::min(sides[0], sides[1]) * sine;
            const auto faded = [](const Number& t) { return std::clamp(t, Number(0.0), Number(1.0)); };
            share = faded(greatest_singular_value_of(jacobian) - 1) * faded(4 * thickness - 3) *
                    faded(64 * std::min(s[0], s[1]) - 1);
        }
        if (value_of(share) == 0) return;
        widening = {sides[0] / s[0], sides[1] / s[1]};
        across = {y[1] / widening[0] / determinant, -x[1] / widening[0] / determinant};
        down = {-y[0] / widening[1] / determinant, x[0] / widening[1] / determinant};
    }
};

/// The exponents of a Gaussian, as `Footprints` has it.
template <typename Number>
struct GaussianShape {
    PairOf<Number> centre{};
    PairOf<Number> first{};   ///< q_x / s_x = first · d
    PairOf<Number> second{};  ///< q_y / s_y = second · d

    GaussianShape(const PairOf<Number>& at, const JacobianOf<Number>& jacobian, const PairOf<Number>& s)
        : centre(at) {
        const auto& [x, y] = jacobian;
        const Number determinant = x[0] * y[1] - x[1] * y[0];
        first = {y[1] / determinant / s[0], -x[1] / determinant / s[0]};
        second = {-y[0] / determinant / s[1], x[0] / determinant / s[1]};
    }

    /// ½ ((q_x / s_x)² + (q_y / s_y)²)
    [[nodiscard]] Number exponent(double x, double y) const {
        const Number dx = x - centre[0];
        const Number dy = y - centre[1];
        const Number across = first[0] * dx + first[1] * dy;
        const Number down = second[0] * dx + second[1] * dy;
        return (across * across + down * down) / 2;
    }
    /// e divided by that of the `nearest` position: the squares, which may be huge and nearly alike, are
    /// subtracted before they are computed.
    [[nodiscard]] Number relative_weight(double x, double y, const Point& nearest) const {
        using std::exp;
        const auto difference = [&](const PairOf<Number>& row) {
            const Number of_both = row[0] * ((x - centre[0]) + (nearest.x - centre[0])) +
                                   row[1] * ((y - centre[1]) + (nearest.y - centre[1]));
            return (row[0] * (x - nearest.x) + row[1] * (y - nearest.y)) * of_both;
        };
        return exp(-0.5 * (difference(first) + difference(second)));
    }
};

}  // namespace glimpse
