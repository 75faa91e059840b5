#include <cstdint>

#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/multiply_add.hpp"

// Thin-plate splines, in float64.

namespace glimpse {
namespace {

/// Added to r²: r² log r² is 0 at 0, too, where the logarithm is not.
constexpr double next_to_nothing = 1e-300;

/// Registers that share what is computed for a term, and hide each other's latency: all of them, at the
/// least.
constexpr int least_group = plate_lanes / wide_lane_count;
constexpr int full_group = 4;
constexpr int full_lanes = full_group * wide_lane_count;

/// Those of the points from j on, of as many registers.
template <int plate_group>
GLIMPSE_INLINE void plate_points(const PlateRowTask& task, const Logarithm& logarithm, int j) {
    WideLanes x[plate_group];
    WideLanes sum_x[plate_group];
    WideLanes sum_y[plate_group];
    for (int g = 0; g < plate_group; ++g) {
        x[g] = load_wide(task.x + j + std::ptrdiff_t{wide_lane_count} * g);
        sum_x[g] = multiply_add(x[g], wide(task.slope_x), wide(task.start_x));
        sum_y[g] = multiply_add(x[g], wide(task.slope_y), wide(task.start_y));
    }
    for (int k = 0; k < task.centre_count; ++k) {
        const double* const centre = task.centres + std::ptrdiff_t{2} * k;
        const double* const weight = task.weights + std::ptrdiff_t{2} * k;
        const double dy = task.y - centre[1];
        for (int g = 0; g < plate_group; ++g) {
            const WideLanes dx = x[g] - centre[0];
            const WideLanes squared = multiply_add(dx, dx, wide(dy * dy + next_to_nothing));
            const WideLanes u = squared * logarithm.of(squared);
            sum_x[g] = multiply_add(u, wide(weight[0]), sum_x[g]);
            sum_y[g] = multiply_add(u, wide(weight[1]), sum_y[g]);
        }
    }
    for (int g = 0; g < plate_group; ++g) {
        store(sum_x[g], task.sum_x + j + std::ptrdiff_t{wide_lane_count} * g);
        store(sum_y[g], task.sum_y + j + std::ptrdiff_t{wide_lane_count} * g);
    }
}

GLIMPSE_INLINE WideLanes reversed(WideLanes values) {
#ifdef __AVX512F__
    return __builtin_shufflevector(values, values, 7, 6, 5, 4, 3, 2, 1, 0);
#else
    return __builtin_shufflevector(values, values, 3, 2, 1, 0);
#endif
}

/// Registers that share a coefficient.
constexpr int tile_group = 2;

/// Σ_q even_q P_q and Σ_q odd_q Q_q of x and of y, of as many neighbouring pixels of the right half as a
/// register holds.
struct TileParts {
    WideLanes even_x{};
    WideLanes odd_x{};
    WideLanes even_y{};
    WideLanes odd_y{};

    GLIMPSE_INLINE void add(const double* even_basis, const double* line, int q) {
        const WideLanes even = load_wide(even_basis + std::ptrdiff_t{q} * tile_half);
        const WideLanes odd = load_wide(even_basis + std::ptrdiff_t{tile_terms + q} * tile_half);
        even_x = multiply_add(wide(line[q]), even, even_x);
        odd_x = multiply_add(wide(line[tile_terms + q]), odd, odd_x);
        even_y = multiply_add(wide(line[2 * tile_terms + q]), even, even_y);
        odd_y = multiply_add(wide(line[3 * tile_terms + q]), odd, odd_y);
    }
};

/// Of the pixels of some registers from n on and their mirror images those that are wanted.
template <bool has_sums, bool is_whole>
GLIMPSE_INLINE void store_tile_pixels(const TileRowTask& task, int n) {
    TileParts parts[tile_group];
    for (int q = 0; q < tile_terms; ++q) {
        for (int g = 0; g < tile_group; ++g)
            parts[g].add(task.basis + n + std::ptrdiff_t{wide_lane_count} * g, task.line, q);
    }
    for (int g = 0; g < tile_group; ++g) {
        const auto& [even_x, odd_x, even_y, odd_y] = parts[g];
        const int beyond = n + g * wide_lane_count;
        const auto store_points = [&](int pixel, WideLanes x, WideLanes y) {
            const int j = is_whole ? pixel : pixel - task.first;
            if (!is_whole && (j < 0 || j >= task.sums.count)) return;
            if constexpr (has_sums) {
                x += load_wide(task.sums.sum_x + j);
                y += load_wide(task.sums.sum_y + j);
            }
            store_pairs(x, y, task.points + std::ptrdiff_t{2} * j);
        };
        store_points(tile_half + beyond, even_x + odd_x, even_y + odd_y);
        store_points(tile_half - wide_lane_count - beyond, reversed(even_x - odd_x),
                     reversed(even_y - odd_y));
    }
}

template <bool has_sums>
GLIMPSE_INLINE void store_tile_row(const TileRowTask& task) {
    constexpr int lanes = tile_group * wide_lane_count;
    if (task.sums.count == tile_side) {
        for (int n = 0; n < tile_half; n += lanes) store_tile_pixels<has_sums, true>(task, n);
        return;
    }
    const auto is_wanted = [&](int begin) {
        return begin + lanes > task.first && begin < task.first + task.sums.count;
    };
    for (int n = 0; n < tile_half; n += lanes) {
        if (is_wanted(tile_half + n) || is_wanted(tile_half - lanes - n))
            store_tile_pixels<has_sums, false>(task, n);
    }
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

void plate_row(const PlateRowTask& task) {
    static_assert(plate_lanes == least_group * wide_lane_count, "as many points as are summed at once");
    const Logarithm logarithm;
    int j = 0;
    for (; j + full_lanes <= task.count; j += full_lanes) plate_points<full_group>(task, logarithm, j);
    for (; j < task.count; j += plate_lanes) plate_points<least_group>(task, logarithm, j);
}

void tile(const TileTask& task) {
    constexpr int registers = tile_line / wide_lane_count;
    const double* const odd_basis = task.basis + std::ptrdiff_t{tile_terms} * tile_half;
    const double* const odd_nodes = task.nodes + std::ptrdiff_t{tile_terms} * tile_line;
    for (int n = 0; n < tile_half; ++n) {
        WideLanes even[registers] = {};
        WideLanes odd[registers] = {};
        for (int q = 0; q < tile_terms; ++q) {
            const WideLanes p = wide(task.basis[q * tile_half + n]);
            const WideLanes o = wide(odd_basis[q * tile_half + n]);
            for (int r = 0; r < registers; ++r) {
                const int node = q * tile_line + r * wide_lane_count;
                even[r] = multiply_add(p, load_wide(task.nodes + node), even[r]);
                odd[r] = multiply_add(o, load_wide(odd_nodes + node), odd[r]);
            }
        }
        for (int r = 0; r < registers; ++r) {
            double* const lines = task.lines + std::ptrdiff_t{wide_lane_count} * r;
            store(even[r] + odd[r], lines + std::ptrdiff_t{tile_half + n} * tile_line);
            store(even[r] - odd[r], lines + std::ptrdiff_t{tile_half - 1 - n} * tile_line);
        }
    }
}

void tile_row(const TileRowTask& task) {
    if (!task.has_sums) return store_tile_row<false>(task);
    plate_row(task.sums);
    if (task.line) return store_tile_row<true>(task);
    for (int j = 0; j < task.sums.count; j += wide_lane_count) {
        store_pairs(load_wide(task.sums.sum_x + j), load_wide(task.sums.sum_y + j),
                    task.points + std::ptrdiff_t{2} * j);
    }
}

}  // namespace GLIMPSE_INSTRUCTION_SET
}  // namespace glimpse
