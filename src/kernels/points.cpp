#include <cstdint>
#include <cstring>

#include "kernels/homography.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// Sampling points, in float64.

namespace glimpse {
namespace {

/// Points that a register holds: minima of a wider one than the set has are found number by number.
#ifdef __AVX__
using PointLanes = WideLanes;
#else
using PointLanes = double __attribute__((vector_size(2 * sizeof(double))));
#endif
constexpr std::size_t points_of_register = sizeof(PointLanes) / (2 * sizeof(double));

/// Whether no sum of products with a homography's numbers, nor what remains of dividing two, overflows or is
/// subnormal.
GLIMPSE_INLINE bool is_moderate(const double* matrix) {
    constexpr double most = 0x1p300;
    for (int n = 0; n < 9; ++n) {
        const double size = matrix[n] < 0 ? -matrix[n] : matrix[n];
        if (size != 0 && !(size >= 1 / most && size <= most)) return false;
    }
    return true;
}

/// Divides.
struct Quotients {
    GLIMPSE_INLINE explicit Quotients(PointLanes divisor) : d(divisor) {}
    GLIMPSE_INLINE PointLanes of(PointLanes n) const { return n / d; }
    PointLanes d;
};

#ifdef __FMA__
/// Likewise, to the same bits: n times the reciprocal, corrected once, is n/d or next to it, and corrected
/// once more n/d (Markstein 1990, "Computation of Elementary Functions on the IBM RISC System/6000
/// Processor").
struct QuotientsByReciprocal {
    GLIMPSE_INLINE explicit QuotientsByReciprocal(PointLanes divisor)
        : d(divisor), reciprocal(1.0 / divisor), minus_reciprocal(-reciprocal) {}
    GLIMPSE_INLINE PointLanes of(PointLanes n) const { return corrected(corrected(n * reciprocal, n), n); }
    /// What is too much is subtracted: so -0 stays what it is.
    GLIMPSE_INLINE PointLanes corrected(PointLanes quotient, PointLanes n) const {
        return multiply_add(multiply_add(quotient, d, -n), minus_reciprocal, quotient);
    }
    PointLanes d;
    PointLanes reciprocal;
    PointLanes minus_reciprocal;
};
#else
using QuotientsByReciprocal = Quotients;
#endif

/// The points of a register's pixels from (j, i) on.
template <typename Divide>
GLIMPSE_INLINE void projected_points(const double* matrix, int j, int i, double* to) {
    PointLanes pixels;
    for (std::size_t n = 0; n < 2 * points_of_register; ++n) pixels[n] = static_cast<double>(n);
    pixels += j;
    const Divide quotients(divisor(homogeneous(matrix + 6, pixels, i)));
    store_pairs(quotients.of(homogeneous(matrix, pixels, i)),
                quotients.of(homogeneous(matrix + 3, pixels, i)), to);
}

template <typename Divide>
GLIMPSE_INLINE void projected_row(const ProjectiveRowTask& task) {
    constexpr int lanes = 2 * static_cast<int>(points_of_register);
    int n = 0;
    for (; n + lanes <= task.count; n += lanes)
        projected_points<Divide>(task.matrix, task.j + n, task.i, task.points + std::ptrdiff_t{2} * n);
    if (n == task.count) return;
    double rest[2 * lanes];
    projected_points<Divide>(task.matrix, task.j + n, task.i, rest);
    std::memcpy(task.points + std::ptrdiff_t{2} * n, rest,
                2 * sizeof(double) * static_cast<std::size_t>(task.count - n));
}

GLIMPSE_INLINE PointLanes load_points(const double* from) {
    PointLanes points;
    std::memcpy(&points, from, sizeof points);
    return points;
}

/// The last points that a register holds, or all and one of them as often as there is room for it.
GLIMPSE_INLINE PointLanes last_points(const double* points, std::size_t count) {
    if (count >= points_of_register) return load_points(points + 2 * (count - points_of_register));
    PointLanes all;
    for (std::size_t n = 0; n < 2 * points_of_register; ++n) all[n] = points[n < 2 * count ? n : n % 2];
    return all;
}

/// The second half of a register's lanes, and then the first one; or that of each half's lanes.
template <typename Values>
GLIMPSE_INLINE Values swapped_halves(Values values) {
    if constexpr (points_of_register == 4) {
        return __builtin_shufflevector(values, values, 4, 5, 6, 7, 0, 1, 2, 3);
    } else {
        return values;
    }
}
template <typename Values>
GLIMPSE_INLINE Values swapped_points(Values values) {
    if constexpr (points_of_register == 4) {
        return __builtin_shufflevector(values, values, 2, 3, 0, 1, 6, 7, 4, 5);
    } else if constexpr (points_of_register == 2) {
        return __builtin_shufflevector(values, values, 2, 3, 0, 1);
    } else {
        return values;
    }
}

struct PointBounds {
    PointLanes low;
    PointLanes high;
    PointLanes sum;  ///< NaN where a point is, and of opposite infinities

    explicit PointBounds(PointLanes points) : low(points), high(points), sum(points) {}
    PointBounds() = default;
    GLIMPSE_INLINE void include(const PointBounds& other) {
        low = other.low < low ? other.low : low;
        high = other.high > high ? other.high : high;
        sum += other.sum;
    }
    /// Each point is that of all.
    GLIMPSE_INLINE void fold() {
        PointBounds other;
        other.low = swapped_halves(low);
        other.high = swapped_halves(high);
        other.sum = swapped_halves(sum);
        include(other);
        other.low = swapped_points(low);
        other.high = swapped_points(high);
        other.sum = swapped_points(sum);
        include(other);
    }
};

GLIMPSE_INLINE bool has_nan(const double* points, std::size_t count) {
    for (std::size_t n = 0; n < 2 * count; ++n) {
        if (points[n] != points[n]) return true;
    }
    return false;
}

GLIMPSE_INLINE WideLanes by_turns(double x, double y) {
    WideLanes all;
    for (int n = 0; n < wide_lane_count; ++n) all[n] = n % 2 == 0 ? x : y;
    return all;
}

/// Writes points, of which make(load) makes as many as a register holds; load(from) are those of a list that
/// it makes them of.
template <typename Make>
GLIMPSE_INLINE void write_points(double* to, std::ptrdiff_t count, Make&& make) {
    std::ptrdiff_t k = 0;
    for (; k + wide_lane_count <= 2 * count; k += wide_lane_count)
        store(make([k](const double* from) { return load_wide(from + k); }), to + k);
    const std::size_t rest = static_cast<std::size_t>(2 * count - k) * sizeof(double);
    if (rest == 0) return;
    const WideLanes last = make([k, rest](const double* from) {
        WideLanes values{};
        std::memcpy(&values, from + k, rest);
        return values;
    });
    std::memcpy(to + k, &last, rest);
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

PointExtent extent(const double* points, std::size_t count) {
    constexpr std::size_t registers = 4;  // which hide each other's latency
    const PointLanes last = last_points(points, count);
    PointBounds bounds[registers] = {PointBounds(last), PointBounds(last), PointBounds(last),
                                     PointBounds(last)};
    std::size_t k = 0;
    for (; k + registers * points_of_register <= count; k += registers * points_of_register) {
        for (std::size_t n = 0; n < registers; ++n)
            bounds[n].include(PointBounds(load_points(points + 2 * (k + n * points_of_register))));
    }
    for (; k + points_of_register <= count; k += points_of_register)
        bounds[0].include(PointBounds(load_points(points + 2 * k)));
    for (std::size_t n = 1; n < registers; ++n) bounds[0].include(bounds[n]);
    bounds[0].fold();
    const auto& [low, high, sum] = bounds[0];
    const bool may_have_nan = sum[0] != sum[0] || sum[1] != sum[1];
    return {low[0], low[1], high[0], high[1], may_have_nan && has_nan(points, count)};
}

void scaled_row(const ScaledRowTask& task) {
    const WideLanes slope = by_turns(task.slope_x, task.slope_y);
    const WideLanes middle = by_turns(task.middle_x, task.middle_y);
    write_points(task.points, task.count, [&](auto&& load) { return slope * load(task.from) + middle; });
}

void displaced_row(const DisplacedRowTask& task) {
    const WideLanes down = by_turns(0, task.y);
    write_points(task.points, task.count,
                 [&](auto&& load) { return load(task.places) + down + load(task.by) - 0.5; });
}

void projective_row(const ProjectiveRowTask& task) {
    is_moderate(task.matrix) ? projected_row<QuotientsByReciprocal>(task) : projected_row<Quotients>(task);
}

}  // namespace GLIMPSE_INSTRUCTION_SET
}  // namespace glimpse
