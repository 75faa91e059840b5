#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "backends/device_tasks.hpp"
#include "system/numbers.hpp"

// What the threads of a GPU do. The same functions run on the host, where they are tested without a GPU.

namespace glimpse::device_work {

/// Pixels of C values; the pixel (x, y) of the image is element x - x0 of line y - y0.
template <typename T>
struct Pixels {
    const T* data;
    std::ptrdiff_t step;  ///< bytes from line to line
    int channels;         ///< C
    int x0;
    int y0;

    /// The first value of the pixel (x, y).
    [[nodiscard]] GLIMPSE_HOST_DEVICE const T* pixel(int x, int y) const {
        const auto* bytes = reinterpret_cast<const std::byte*>(data) + (y - y0) * step;
        return reinterpret_cast<const T*>(bytes) + std::ptrdiff_t{x - x0} * channels;
    }
};

template <typename T>
GLIMPSE_HOST_DEVICE const T* at(const std::byte* plan, std::size_t offset) {
    return reinterpret_cast<const T*>(plan + offset);
}

/// Rounds half to even and saturates, NaN as 0; float32 as it is.
GLIMPSE_HOST_DEVICE inline void store(void* out, Element element, std::size_t position, float value) {
    if (element == Element::float32) {
        static_cast<float*>(out)[position] = value;
        return;
    }
    const float largest = element == Element::uint8 ? 255.0F : 65535.0F;
    const float inside = value > 0 ? (value < largest ? value : largest) : 0;
    const float rounded = std::nearbyint(inside);
    if (element == Element::uint8) {
        static_cast<std::uint8_t*>(out)[position] = static_cast<std::uint8_t>(rounded);
    } else {
        static_cast<std::uint16_t*>(out)[position] = static_cast<std::uint16_t>(rounded);
    }
}

/// Σ_k weights[k] · value(k), accumulated in blocks, as on the CPU, for the sake of float32.
template <typename Value>
GLIMPSE_HOST_DEVICE float weighted_sum(const float* weights, std::size_t count, Value&& value) {
    float sum = 0;
    for (std::size_t from = 0; from < count; from += summation_block) {
        const std::size_t to = from + summation_block < count ? from + summation_block : count;
        float part = 0;
        for (std::size_t k = from; k < to; ++k) part += weights[k] * value(k);
        sum += part;
    }
    return sum;
}

/// The blocks for one row of a product, of so many values.
GLIMPSE_HOST_DEVICE inline std::int64_t blocks_of_row(std::int64_t values) {
    return (values + threads_of_block - 1) / threads_of_block;
}

/// The memory that the threads of a block share: a part of a line of R I.
constexpr int shared_floats = 4096;

/// Block `number` of a product: 256 values of one row of R I Kᵀ. R is applied to a part of the columns that
/// K looks at for them, then K to that part, and so on. A `Block` has
///
///     shared()                 `shared_floats` floats that its threads share
///     for_each_thread(step)    calls step(thread, sum) for each of them, `sum` being a float of its own;
///     what
///                              one call writes, the next sees
template <typename T, typename Block>
GLIMPSE_HOST_DEVICE void multiply(Block& block, const std::byte* plan, const ProductTask& task,
                                  const Pixels<T>& in, void* out, Element element, std::int64_t number) {
    const std::int64_t length = std::int64_t{task.width} * in.channels;
    const std::int64_t blocks = blocks_of_row(length);
    const auto i = static_cast<std::size_t>(number / blocks);
    const std::int64_t first_value = number % blocks * threads_of_block;
    const ColumnRange columns = at<ColumnRange>(plan, task.ranges)[number % blocks];
    const std::size_t* row = at<std::size_t>(plan, task.rows.begin) + i;
    const int y = at<int>(plan, task.rows.first)[i];
    const float* const r = at<float>(plan, task.rows.weights) + row[0];
    const std::size_t* const begins = at<std::size_t>(plan, task.columns.begin);
    const int* const firsts = at<int>(plan, task.columns.first);
    const float* const weights = at<float>(plan, task.columns.weights);
    const int columns_at_once = shared_floats / in.channels;

    block.for_each_thread([](int, float& sum) { sum = 0; });
    for (int begin = columns.begin; begin < columns.end && row[1] > row[0]; begin += columns_at_once) {
        const int end = begin + columns_at_once < columns.end ? begin + columns_at_once : columns.end;
        const int values = (end - begin) * in.channels;
        block.for_each_thread([&](int thread, float&) {
            const auto* line = reinterpret_cast<const std::byte*>(in.pixel(begin, y));
            for (int v = thread; v < values; v += threads_of_block) {
                block.shared()[v] = weighted_sum(r, row[1] - row[0], [&](std::size_t k) {
                    const auto* values_of_line =
                        reinterpret_cast<const T*>(line + static_cast<std::ptrdiff_t>(k) * in.step);
                    return static_cast<float>(values_of_line[v]);
                });
            }
        });
        block.for_each_thread([&](int thread, float& sum) {
            const std::int64_t value = first_value + thread;
            if (value >= length) return;
            const auto j = static_cast<std::size_t>(value / in.channels);
            const auto c = static_cast<int>(value % in.channels);
            const auto count = static_cast<int>(begins[j + 1] - begins[j]);
            const int from = firsts[j] > begin ? firsts[j] : begin;
            const int to = firsts[j] + count < end ? firsts[j] + count : end;
            if (from >= to) return;
            const float* const part = block.shared() + (from - begin) * in.channels + c;
            sum += weighted_sum(weights + begins[j] + (from - firsts[j]), static_cast<std::size_t>(to - from),
                                [&](std::size_t k) { return part[k * in.channels]; });
        });
    }
    block.for_each_thread([&](int thread, float& sum) {
        const std::int64_t value = first_value + thread;
        if (value >= length) return;
        const std::int64_t position = static_cast<std::int64_t>(i) * length + value;
        store(out, element, task.out + static_cast<std::size_t>(position), sum);
    });
}

/// Σ_k weights[k] · value(index[k]) over row `row`.
template <typename Value>
GLIMPSE_HOST_DEVICE float sparse_sum(const std::byte* plan, const SparseRows& matrix, std::int64_t row,
                                     Value&& value) {
    const std::size_t* begin = at<std::size_t>(plan, matrix.begin) + row;
    const int* index = at<int>(plan, matrix.index) + begin[0];
    return weighted_sum(at<float>(plan, matrix.weights) + begin[0], begin[1] - begin[0],
                        [&](std::size_t k) { return value(index[k]); });
}

/// The first step's pixel `number` of h·W: Kᵀ on one line of the glimpse.
GLIMPSE_HOST_DEVICE inline void spread_columns(const std::byte* plan, const AdjointTask& task,
                                               const Pixels<float>& glimpse, float* between,
                                               std::int64_t number) {
    const float* const line = glimpse.pixel(0, static_cast<int>(number / task.width));
    for (int c = 0; c < glimpse.channels; ++c) {
        between[number * glimpse.channels + c] =
            sparse_sum(plan, task.columns, number % task.width,
                       [&](int j) { return line[std::ptrdiff_t{j} * glimpse.channels + c]; });
    }
}

/// The second step's pixel `number` of H·W: Rᵀ on one column of the first step's result.
GLIMPSE_HOST_DEVICE inline void spread_lines(const std::byte* plan, const AdjointTask& task, int channels,
                                             const float* between, float* out, std::int64_t number) {
    for (int c = 0; c < channels; ++c) {
        const float* const column = between + number % task.width * channels + c;
        out[number * channels + c] = sparse_sum(plan, task.rows, number / task.width, [&](int i) {
            return column[std::int64_t{i} * task.width * channels];
        });
    }
}

/// Weighs pixel `number` of h·w.
template <typename T>
GLIMPSE_HOST_DEVICE void weigh(const std::byte* plan, const WeightTask& task, const Pixels<T>& in, void* out,
                               Element element, std::int64_t number) {
    const T* const values = in.pixel(task.x + static_cast<int>(number % task.width),
                                     task.y + static_cast<int>(number / task.width));
    const float a = at<float>(plan, task.weights)[number];
    const std::size_t first = task.out + static_cast<std::size_t>(number * in.channels);
    for (int c = 0; c < in.channels; ++c) {
        store(out, element, first + static_cast<std::size_t>(c), a * static_cast<float>(values[c]));
    }
}

/// The sampling point of pixel `number` of h·w.
GLIMPSE_HOST_DEVICE inline Point point_of(const std::byte* plan, const SampleTask& task,
                                          std::int64_t number) {
    if (task.listed) return at<Point>(plan, task.points)[number];
    const std::int64_t i = number / task.width;
    const std::int64_t j = number % task.width;
    return task.affine(static_cast<double>(j), static_cast<double>(i));
}

/// Reads pixel `number` of h·w.
template <typename T>
GLIMPSE_HOST_DEVICE void gather(const std::byte* plan, const SampleTask& task, const Pixels<T>& in, void* out,
                                Element element, std::int64_t number) {
    constexpr int group = 4;
    const Point point = point_of(plan, task, number);
    for (int begin = 0; begin < in.channels; begin += group) {
        const int count = in.channels - begin < group ? in.channels - begin : group;
        float sum[group] = {};
        for_each_tap_at(task.sampler, point, [&](int y, int x, float weight) {
            const T* values = in.pixel(x, y) + begin;
            for (int c = 0; c < count; ++c) sum[c] += weight * static_cast<float>(values[c]);
        });
        for (int c = 0; c < count; ++c) {
            store(out, element, task.out + static_cast<std::size_t>(number * in.channels + begin + c),
                  sum[c]);
        }
    }
}

/// A float32 as a multiple of 1 / scale, scale being a power of two: sums of such numbers do not depend on
/// their order.
GLIMPSE_HOST_DEVICE inline std::int64_t fixed_point(float value, double scale) {
    return static_cast<std::int64_t>(std::rint(static_cast<double>(value) * scale));
}

/// Writes pixel `number` of h·w: calls add(position, amount) for values of an image that has the region's
/// pixels, amounts being multiples of 1 / scale.
template <typename Add>
GLIMPSE_HOST_DEVICE void scatter(const std::byte* plan, const SampleTask& task, const Pixels<float>& glimpse,
                                 const Rectangle& region, double scale, std::int64_t number, Add&& add) {
    const float* const values =
        glimpse.pixel(static_cast<int>(number % task.width), static_cast<int>(number / task.width));
    for_each_tap_at(task.sampler, point_of(plan, task, number), [&](int y, int x, float weight) {
        const std::int64_t pixel = std::int64_t{y - region.y} * region.width + (x - region.x);
        for (int c = 0; c < glimpse.channels; ++c) {
            add(pixel * glimpse.channels + c, fixed_point(weight * values[c], scale));
        }
    });
}

}  // namespace glimpse::device_work
