#include <cstdint>

#include "kernels/homography.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// Sampling points, in float64.

namespace glimpse {
namespace {

GLIMPSE_INLINE DoubleLanes load_doubles(const double* from) {
    DoubleLanes values;
    std::memcpy(&values, from, sizeof values);
    return values;
}

/// log x of positive finite numbers, to 1e-14 + 2e-16 |log x|; of 0 some finite number.
GLIMPSE_INLINE DoubleLanes logarithm(DoubleLanes x) {
    // x = m · 2^e, √½ ≤ m < √2.
    constexpr std::int64_t bits_of_root_half = 0x3fe6a09e667f3bcd;
    constexpr std::int64_t bits_of_1 = 0x3ff0000000000000;
    constexpr int mantissa = 52;
    using Unsigned = std::uint64_t __attribute__((vector_size(4 * sizeof(std::uint64_t))));
    const auto bits = reinterpret_cast<LongLanes>(x);
    const auto shifted = reinterpret_cast<Unsigned>(bits + (bits_of_1 - bits_of_root_half)) >> mantissa;
    const auto exponent = reinterpret_cast<LongLanes>(shifted);  // e + 1023
    const auto m = reinterpret_cast<DoubleLanes>(bits + bits_of_1 - (exponent << mantissa));
    // A whole number below 2^52 in the mantissa of 2^52, since not every set converts 64-bit integers.
    constexpr double two_to_the_52 = 0x1p52;
    constexpr std::int64_t bits_of_two_to_the_52 = 0x4330000000000000;
    const DoubleLanes e =
        reinterpret_cast<DoubleLanes>(exponent + bits_of_two_to_the_52) - (two_to_the_52 + 1023);
    // log m = 2 artanh s, s = (m - 1)/(m + 1), |s| < 0.172: the next term is below 1e-14.
    const DoubleLanes s = (m - 1.0) / (m + 1.0);
    const DoubleLanes z = s * s;
    DoubleLanes sum = broadcast(1.0 / 15);
    for (const double term : {1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1.0})
        sum = multiply_add(sum, z, broadcast(term));
    constexpr double log_2 = 0.693147180559945309417;
    return multiply_add(e, broadcast(log_2), (s + s) * sum);
}

/// The sums of two registers, which hide each other's latency.
constexpr int plate_group = 2;

template <int G>
GLIMPSE_INLINE void plate_points(const PlateRowTask& task, int j) {
    DoubleLanes x[G];
    DoubleLanes sum_x[G];
    DoubleLanes sum_y[G];
    for (int g = 0; g < G; ++g) {
        x[g] = load_doubles(task.x + j + std::ptrdiff_t{4} * g);
        sum_x[g] = load_doubles(task.sum_x + j + std::ptrdiff_t{4} * g);
        sum_y[g] = load_doubles(task.sum_y + j + std::ptrdiff_t{4} * g);
    }
    for (int k = 0; k < task.centre_count; ++k) {
        const double* const centre = task.centres + std::ptrdiff_t{2} * k;
        const double* const weight = task.weights + std::ptrdiff_t{2} * k;
        const double dy = task.y - centre[1];
        for (int g = 0; g < G; ++g) {
            const DoubleLanes dx = x[g] - centre[0];
            const DoubleLanes squared = multiply_add(dx, dx, broadcast(dy * dy));
            const DoubleLanes u = squared * logarithm(squared);
            sum_x[g] = multiply_add(u, broadcast(weight[0]), sum_x[g]);
            sum_y[g] = multiply_add(u, broadcast(weight[1]), sum_y[g]);
        }
    }
    for (int g = 0; g < G; ++g) {
        std::memcpy(task.sum_x + j + std::ptrdiff_t{4} * g, &sum_x[g], sizeof sum_x[g]);
        std::memcpy(task.sum_y + j + std::ptrdiff_t{4} * g, &sum_y[g], sizeof sum_y[g]);
    }
}

/// Points that a register holds: comparisons of a wider one than the set has are made number by number.
#ifdef __AVX__
using PointLanes = DoubleLanes;
using PointMask = LongLanes;
#else
using PointLanes = double __attribute__((vector_size(2 * sizeof(double))));
using PointMask = std::int64_t __attribute__((vector_size(2 * sizeof(std::int64_t))));
#endif
constexpr std::size_t points_of_register = sizeof(PointLanes) / (2 * sizeof(double));

/// As many x and y, by turns.
GLIMPSE_INLINE void store_points(PointLanes x, PointLanes y, double* to) {
#ifdef __AVX__
    const PointLanes first = __builtin_shufflevector(x, y, 0, 4, 1, 5);
    const PointLanes second = __builtin_shufflevector(x, y, 2, 6, 3, 7);
#else
    const PointLanes first = __builtin_shufflevector(x, y, 0, 2);
    const PointLanes second = __builtin_shufflevector(x, y, 1, 3);
#endif
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + sizeof first / sizeof *to, &second, sizeof second);
}

/// The points of a register's pixels from (j, i) on.
GLIMPSE_INLINE void projected_points(const double* matrix, int j, int i, double* to) {
    PointLanes pixels;
    for (std::size_t n = 0; n < 2 * points_of_register; ++n) pixels[n] = j + static_cast<double>(n);
    const PointLanes d = divisor(homogeneous(matrix + 6, pixels, i));
    store_points(homogeneous(matrix, pixels, i) / d, homogeneous(matrix + 3, pixels, i) / d, to);
}

struct PointBounds {
    PointLanes low;
    PointLanes high;
    PointMask is_nan;

    GLIMPSE_INLINE void begin(const double* point) {
        for (std::size_t n = 0; n < 2 * points_of_register; ++n) low[n] = point[n % 2];
        high = low;
        is_nan = low != low;
    }
    GLIMPSE_INLINE void include(const double* points) {
        PointLanes all;
        std::memcpy(&all, points, sizeof all);
        low = all < low ? all : low;
        high = all > high ? all : high;
        is_nan |= all != all;
    }
};

/// Σ_q coefficient_q · basis_q of four neighbouring pixels, the basis being P or Q.
GLIMPSE_INLINE DoubleLanes tile_sum(const double* coefficients, const double* basis) {
    DoubleLanes sum{};
    for (int q = 0; q < tile_terms; ++q)
        sum = multiply_add(broadcast(coefficients[q]), load_doubles(basis + std::ptrdiff_t{q} * tile_half),
                           sum);
    return sum;
}

GLIMPSE_INLINE void add_to(double* sums, DoubleLanes values) {
    values += load_doubles(sums);
    std::memcpy(sums, &values, sizeof values);
}

/// Of x, or of y.
GLIMPSE_INLINE void add_tile_row(const double* basis, const double* line, double* sums) {
    for (int n = 0; n < tile_half; n += double_lane_count) {
        const DoubleLanes even = tile_sum(line, basis + n);
        const DoubleLanes odd =
            tile_sum(line + tile_terms, basis + std::ptrdiff_t{tile_terms} * tile_half + n);
        add_to(sums + tile_half + n, even + odd);
        const DoubleLanes mirrored = even - odd;
        add_to(sums + tile_half - double_lane_count - n,
               __builtin_shufflevector(mirrored, mirrored, 3, 2, 1, 0));
    }
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

PointExtent extent(const double* points, std::size_t count) {
    constexpr std::size_t registers = 2;  // which hide each other's latency
    PointBounds bounds[registers];
    for (PointBounds& one : bounds) one.begin(points);
    std::size_t k = 0;
    for (; k + registers * points_of_register <= count; k += registers * points_of_register) {
        for (std::size_t n = 0; n < registers; ++n)
            bounds[n].include(points + 2 * (k + n * points_of_register));
    }
    PointExtent all{points[0], points[1], points[0], points[1], false};
    const auto include = [&](double low_x, double low_y, double high_x, double high_y) {
        all.low_x = low_x < all.low_x ? low_x : all.low_x;
        all.low_y = low_y < all.low_y ? low_y : all.low_y;
        all.high_x = high_x > all.high_x ? high_x : all.high_x;
        all.high_y = high_y > all.high_y ? high_y : all.high_y;
    };
    for (const PointBounds& one : bounds) {
        for (std::size_t n = 0; n < 2 * points_of_register; n += 2) {
            include(one.low[n], one.low[n + 1], one.high[n], one.high[n + 1]);
            all.has_nan = all.has_nan || (one.is_nan[n] | one.is_nan[n + 1]) != 0;
        }
    }
    for (; k < count; ++k) {
        const double x = points[2 * k];
        const double y = points[2 * k + 1];
        include(x, y, x, y);
        all.has_nan = all.has_nan || x != x || y != y;
    }
    return all;
}

void projective_row(const ProjectiveRowTask& task) {
    constexpr int lanes = 2 * static_cast<int>(points_of_register);
    int n = 0;
    for (; n + lanes <= task.count; n += lanes)
        projected_points(task.matrix, task.j + n, task.i, task.points + std::ptrdiff_t{2} * n);
    if (n == task.count) return;
    double rest[2 * lanes];
    projected_points(task.matrix, task.j + n, task.i, rest);
    std::memcpy(task.points + std::ptrdiff_t{2} * n, rest,
                2 * sizeof(double) * static_cast<std::size_t>(task.count - n));
}

void plate_row(const PlateRowTask& task) {
    int j = 0;
    for (; j + plate_group * plate_lanes <= task.count; j += plate_group * plate_lanes)
        plate_points<plate_group>(task, j);
    for (; j < task.count; j += plate_lanes) plate_points<1>(task, j);
}

void tile(const TileTask& task) {
    const double* const odd_basis = task.basis + std::ptrdiff_t{tile_terms} * tile_half;
    const double* const odd_nodes = task.nodes + std::ptrdiff_t{tile_terms} * tile_line;
    for (int n = 0; n < tile_half; ++n) {
        for (int at = 0; at < tile_line; at += double_lane_count) {
            DoubleLanes even{};
            DoubleLanes odd{};
            for (int q = 0; q < tile_terms; ++q) {
                const int node = q * tile_line + at;
                const int pixel = q * tile_half + n;
                even = multiply_add(broadcast(task.basis[pixel]), load_doubles(task.nodes + node), even);
                odd = multiply_add(broadcast(odd_basis[pixel]), load_doubles(odd_nodes + node), odd);
            }
            const DoubleLanes below = even + odd;
            const DoubleLanes above = even - odd;
            std::memcpy(task.lines + std::ptrdiff_t{tile_half + n} * tile_line + at, &below, sizeof below);
            std::memcpy(task.lines + std::ptrdiff_t{tile_half - 1 - n} * tile_line + at, &above,
                        sizeof above);
        }
    }
}

void tile_row(const TileRowTask& task) {
    add_tile_row(task.basis, task.line, task.sum_x);
    add_tile_row(task.basis, task.line + std::ptrdiff_t{2} * tile_terms, task.sum_y);
}

}  // namespace GLIMPSE_INSTRUCTION_SET
}  // namespace glimpse
