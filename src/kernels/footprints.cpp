#include <cstdint>
#include <type_traits>

#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// Antialiased samples: the weights of a footprint, and what they weigh, in float64.

namespace glimpse {
namespace {

/// The triangle, max(0, 1 - |t|).
GLIMPSE_INLINE DoubleLanes triangle(DoubleLanes t) {
    constexpr std::int64_t all_but_sign = 0x7fffffffffffffff;
    const auto magnitude = reinterpret_cast<DoubleLanes>(reinterpret_cast<LongLanes>(t) & all_but_sign);
    const DoubleLanes height = 1.0 - magnitude;
    // Half of height + |height|: registers wider than the set's are compared number by number.
    const auto same = reinterpret_cast<DoubleLanes>(reinterpret_cast<LongLanes>(height) & all_but_sign);
    return (height + same) * 0.5;
}

/// Four neighbouring values.
template <typename T>
GLIMPSE_INLINE DoubleLanes load_four(const T* from) {
    using Four = float __attribute__((vector_size(4 * sizeof(float))));
    const Lanes values = load(from);
    const Four low = __builtin_shufflevector(values, values, 0, 1, 2, 3);
    return __builtin_convertvector(low, DoubleLanes);
}

/// Of up to four channels: a pixel is a register.
template <int C, typename T>
GLIMPSE_INLINE void add_pixels(const RunTask& task) {
    const T* in = static_cast<const T*>(task.in);
    const T* const end = static_cast<const T*>(task.end);
    // Registers that reach beyond the data are not loaded.
    const std::ptrdiff_t left = end - in - lane_count;
    const std::ptrdiff_t safe = left < 0 ? 0 : left / C + 1;
    const std::ptrdiff_t whole = safe < task.count ? safe : task.count;
    DoubleLanes sums[2] = {};
    std::ptrdiff_t n = 0;
    for (; n + 2 <= whole; n += 2) {
        for (int g = 0; g < 2; ++g) {
            const DoubleLanes weight = broadcast(static_cast<double>(task.weights[n + g]));
            sums[g] = multiply_add(weight, load_four(in + (n + g) * C), sums[g]);
        }
    }
    const DoubleLanes both = sums[0] + sums[1];
    double sum[C];
    for (int c = 0; c < C; ++c) sum[c] = both[c];
    for (; n < task.count; ++n) {
        for (int c = 0; c < C; ++c)
            sum[c] += static_cast<double>(task.weights[n]) * static_cast<double>(in[n * C + c]);
    }
    for (int c = 0; c < C; ++c) task.sum[c] += sum[c];
}

template <typename T>
void add_generic(const RunTask& task) {
    const T* in = static_cast<const T*>(task.in);
    for (std::ptrdiff_t n = 0; n < task.count; ++n) {
        const auto weight = static_cast<double>(task.weights[n]);
        for (int c = 0; c < task.channels; ++c) task.sum[c] += weight * static_cast<double>(*in++);
    }
}

/// Of one channel: four pixels are a register.
template <typename T>
GLIMPSE_INLINE void add_grey(const RunTask& task) {
    const T* const in = static_cast<const T*>(task.in);
    const std::ptrdiff_t left = static_cast<const T*>(task.end) - in - lane_count;
    DoubleLanes sums{};
    std::ptrdiff_t n = 0;
    for (; n + 4 <= task.count && n <= left; n += 4) {
        const DoubleLanes weights{task.weights[n], task.weights[n + 1], task.weights[n + 2],
                                  task.weights[n + 3]};
        sums = multiply_add(weights, load_four(in + n), sums);
    }
    double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (; n < task.count; ++n) sum += static_cast<double>(task.weights[n]) * static_cast<double>(in[n]);
    *task.sum += sum;
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

double footprint_row(const FootprintRowTask& task) {
    const DoubleLanes within_register{0, 1, 2, 3};
    DoubleLanes sums{};
    std::ptrdiff_t n = 0;
    const auto next = [&](std::ptrdiff_t count) __attribute__((always_inline)) {
        const DoubleLanes d = within_register + static_cast<double>(n) + task.first;
        const DoubleLanes across =
            triangle(multiply_add(broadcast(task.across_slope), d, broadcast(task.across)));
        const DoubleLanes down = triangle(multiply_add(broadcast(task.down_slope), d, broadcast(task.down)));
        DoubleLanes product = across * down;
        for (std::ptrdiff_t g = count; g < double_lane_count; ++g) product[g] = 0;
        sums += product;
        if (!task.weights) return;
        const DoubleLanes upright = triangle(d * task.upright_slope) * task.upright;
        const DoubleLanes all = multiply_add(product, broadcast(task.footprint), upright);
        using Four = float __attribute__((vector_size(double_lane_count * sizeof(float))));
        const Four weights = __builtin_convertvector(all, Four);
        std::memcpy(task.weights + n, &weights, static_cast<std::size_t>(count) * sizeof(float));
    };
    for (; n + double_lane_count <= task.count; n += double_lane_count) next(double_lane_count);
    if (n < task.count) next(task.count - n);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void add_run(const RunTask& task) {
    with_element(task.element, [&]<typename T>(T*) {
        if (task.channels == 1) return add_grey<T>(task);
        if (task.channels == 3) return add_pixels<3, T>(task);
        if (task.channels == 4) return add_pixels<4, T>(task);
        add_generic<T>(task);
    });
}

}  // namespace GLIMPSE_INSTRUCTION_SET
}  // namespace glimpse
