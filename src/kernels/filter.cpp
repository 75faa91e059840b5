#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// A row of filtered values. Those of neighbouring pixels stay in registers while the taps of a row of the
// filter are added up, and the sums of the filter's rows are added up in turn.

namespace glimpse {
namespace {

/// The weights of one tap for G·8 pixels from `at` on.
template <bool of_each>
struct TapWeights {
    const FilterRowTask& task;

    GLIMPSE_INLINE Lanes load_of(int tap, int at) const {
        if constexpr (of_each) return load(task.weights + std::ptrdiff_t{tap} * task.count + at);
        return broadcast(task.weights[tap]);
    }
    [[nodiscard]] float at(int tap, int pixel) const {
        return task.weights[of_each ? std::ptrdiff_t{tap} * task.count + pixel : tap];
    }
};

template <int G, bool of_each>
GLIMPSE_INLINE void filter_pixels(const FilterRowTask& task, int begin, float* out) {
    const TapWeights<of_each> weights{task};
    Lanes sums[G] = {};
    for (int u = 0; u < task.side; ++u) {
        const float* const line = task.lines[u] + begin;
        Lanes of_line[G] = {};
        for (int v = 0; v < task.side; ++v) {
            for (int g = 0; g < G; ++g) {
                const int at = g * lane_count;
                of_line[g] = multiply_add(weights.load_of(u * task.side + v, begin + at), load(line + v + at),
                                          of_line[g]);
            }
        }
        for (int g = 0; g < G; ++g) sums[g] += of_line[g];
    }
    for (int g = 0; g < G; ++g) store(sums[g], out + begin + std::ptrdiff_t{g} * lane_count);
}

/// Of a row of fewer pixels than a register holds.
template <bool of_each>
void filter_one_by_one(const FilterRowTask& task) {
    const TapWeights<of_each> weights{task};
    for (int j = 0; j < task.count; ++j) {
        float sum = 0;
        for (int u = 0; u < task.side; ++u) {
            float of_line = 0;
            for (int v = 0; v < task.side; ++v)
                of_line = multiply_add(weights.at(u * task.side + v, j), task.lines[u][j + v], of_line);
            sum += of_line;
        }
        task.out[j] = sum;
    }
}

template <bool of_each>
void filter_all(const FilterRowTask& task) {
    if (task.count < lane_count) return filter_one_by_one<of_each>(task);
    constexpr int groups = 4;
    int j = 0;
    for (; j + groups * lane_count <= task.count; j += groups * lane_count)
        filter_pixels<groups, of_each>(task, j, task.out);
    while (j < task.count) {
        if (j + lane_count > task.count) j = task.count - lane_count;  // overlaps, with the same result
        filter_pixels<1, of_each>(task, j, task.out);
        j += lane_count;
    }
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

void filter_row(const FilterRowTask& task) {
    task.of_each ? filter_all<true>(task) : filter_all<false>(task);
}

}  // namespace GLIMPSE_INSTRUCTION_SET
}  // namespace glimpse
