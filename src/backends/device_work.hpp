#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "backends/device_tasks.hpp"
#include "system/numbers.hpp"

// What the threads of a GPU do. The same functions run on the host, where they are tested without a GPU.

namespace glimpse::device_work {

/// Pixels of C values; the pixel (x, y) of the image is element x - x0 of line y - y0. Lines are aligned to
/// `line_alignment` bytes, and what fills them up may be read.
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

/// Element `number` of rows of `width` elements.
struct RowAndColumn {
    int row;
    int column;
};
GLIMPSE_HOST_DEVICE inline RowAndColumn row_and_column(std::int64_t number, int width) {
    if (number <= 0xffffffff) {  // a GPU divides 32 bits far faster
        const auto n = static_cast<std::uint32_t>(number);
        const auto w = static_cast<std::uint32_t>(width);
        return {static_cast<int>(n / w), static_cast<int>(n % w)};
    }
    return {static_cast<int>(number / width), static_cast<int>(number % width)};
}

/// The task that a block works on, of `count`: the last whose first block is not behind it.
GLIMPSE_HOST_DEVICE inline int task_of(const std::int64_t* first_block, int count, std::int64_t block) {
    int low = 0;
    int high = count;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        (first_block[middle] <= block ? low : high) = middle;
    }
    return low;
}

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
GLIMPSE_HOST_DEVICE float weighted_sum(const float* weights, int count, Value&& value) {
    float sum = 0;
    for (int from = 0; from < count; from += summation_block) {
        const int to = from + summation_block < count ? from + summation_block : count;
        float part = 0;
        for (int k = from; k < to; ++k) part += weights[k] * value(k);
        sum += part;
    }
    return sum;
}

/// Pixel `number` of rows of `width` in float32, each colour multiplied by alpha, the last channel, into
/// lines of `step` floats.
template <typename T>
GLIMPSE_HOST_DEVICE void premultiply(const Pixels<T>& in, int width, float* out, std::ptrdiff_t step,
                                     std::int64_t number) {
    const auto [row, column] = row_and_column(number, width);
    const T* const values = in.pixel(in.x0 + column, in.y0 + row);
    float* const line = out + row * step;
    float* const result = line + std::ptrdiff_t{column} * in.channels;
    const int colours = in.channels - 1;
    const auto alpha = static_cast<float>(values[colours]);
    for (int c = 0; c < colours; ++c) result[c] = static_cast<float>(values[c]) * alpha;
    result[colours] = alpha;
    if (column + 1 < width) return;
    for (std::ptrdiff_t n = std::ptrdiff_t{width} * in.channels; n < step; ++n) line[n] = 0;
}

/// Divides pixel `number` of a glimpse by its alpha, the last channel, as `unpremultiply_alpha` does.
GLIMPSE_HOST_DEVICE inline void divide_by_alpha(const AlphaTask& task, const float* in, int channels,
                                                void* out, Element element, std::int64_t number) {
    const std::size_t first = task.out + static_cast<std::size_t>(number * channels);
    const int colours = channels - 1;
    const float alpha = in[first + static_cast<std::size_t>(colours)];
    const float divisor = alpha > 0 ? alpha : 0;
    for (int c = 0; c < colours; ++c) {
        const std::size_t place = first + static_cast<std::size_t>(c);
        store(out, element, place, (divisor == 0 ? 0 : in[place] / divisor) * task.gain);
    }
    store(out, element, first + static_cast<std::size_t>(colours), alpha / task.gain);
}

/// The blocks for one row of a product, of so many values.
GLIMPSE_HOST_DEVICE inline std::int64_t blocks_of_row(std::int64_t values) {
    return ceil_div(values, std::int64_t{threads_of_block});
}

/// The memory that the threads of a block share: a part of a line of R I for each of its rows.
constexpr int floats_of_row = 2048;
constexpr int shared_floats = rows_of_block * floats_of_row;

/// Values that are loaded at once.
template <typename T>
struct alignas(4 * sizeof(T)) Four {
    T values[4];
};

/// sums[n] = Σ_k weights[k] · value n of line k, for four neighbouring values of lines `step` bytes apart; in
/// the order of `weighted_sum`.
template <typename T>
GLIMPSE_HOST_DEVICE void weighted_sums(const float* weights, int count, const std::byte* lines,
                                       std::ptrdiff_t step, float* sums) {
    float all[4] = {};
    for (int from = 0; from < count; from += summation_block) {
        const int to = from + summation_block < count ? from + summation_block : count;
        float parts[4] = {};
        for (int k = from; k < to; ++k) {
            const Four<T> four = *reinterpret_cast<const Four<T>*>(lines + k * step);
            for (int n = 0; n < 4; ++n) parts[n] += weights[k] * static_cast<float>(four.values[n]);
        }
        for (int n = 0; n < 4; ++n) all[n] += parts[n];
    }
    for (int n = 0; n < 4; ++n) sums[n] = all[n];
}

/// One row of a banded matrix.
struct BandedRow {
    int first;
    int count;
    const float* weights;
};
GLIMPSE_HOST_DEVICE inline BandedRow banded_row(const std::byte* plan, const BandedRows& rows, int number) {
    const std::size_t* const begin = at<std::size_t>(plan, rows.begin) + number;
    return {at<int>(plan, rows.first)[number], static_cast<int>(begin[1] - begin[0]),
            at<float>(plan, rows.weights) + begin[0]};
}

/// The columns [begin, end) of the lines of an image, of which the first value is the number `before` of
/// those that are loaded from `first` on, four at once.
struct Part {
    int begin;
    int end;
    std::ptrdiff_t first;
    int before;
    int values;

    GLIMPSE_HOST_DEVICE Part(int from, int to, int x0, int channels) : begin(from), end(to) {
        const std::ptrdiff_t value = std::ptrdiff_t{from - x0} * channels;
        first = value / 4 * 4;
        before = static_cast<int>(value - first);
        values = before + (to - from) * channels;
    }
};

/// What a block of a product computes: values [first_value, first_value + 256) of rows [first_row, first_row
/// + rows) of R I Kᵀ, of `length` values each, for which K looks at `columns`.
struct ProductBlock {
    int first_row;
    int rows;
    std::int64_t first_value;
    std::int64_t length;
    ColumnRange columns;

    GLIMPSE_HOST_DEVICE ProductBlock(const std::byte* plan, const ProductTask& task, int channels,
                                     std::int64_t number)
        : length(std::int64_t{task.width} * channels) {
        const RowAndColumn place = row_and_column(number, static_cast<int>(blocks_of_row(length)));
        first_row = place.row * rows_of_block;
        rows = task.height - first_row < rows_of_block ? task.height - first_row : rows_of_block;
        first_value = std::int64_t{place.column} * threads_of_block;
        columns = at<ColumnRange>(plan, task.ranges)[place.column];
    }
};

/// A thread's share of R on a part of the lines: into `shared`, a row after the other.
template <typename T>
GLIMPSE_HOST_DEVICE void sum_lines(const std::byte* plan, const ProductTask& task, const ProductBlock& block,
                                   const Part& part, const Pixels<T>& in, int thread, float* shared) {
    const int fours = (part.values + 3) / 4;
    for (int n = thread; n < block.rows * fours; n += threads_of_block) {
        const int row = n / fours;
        const int v = 4 * (n - row * fours);
        const BandedRow r = banded_row(plan, task.rows, block.first_row + row);
        // Of a row without weights `first` is no line of the image.
        const T* const values = in.pixel(in.x0, r.count > 0 ? r.first : in.y0) + part.first + v;
        weighted_sums<T>(r.weights, r.count, reinterpret_cast<const std::byte*>(values), in.step,
                         shared + std::ptrdiff_t{row} * floats_of_row + v);
    }
}

/// Adds K of that part to a thread's sums, one for each row.
GLIMPSE_HOST_DEVICE inline void sum_columns(const std::byte* plan, const ProductTask& task,
                                            const ProductBlock& block, const Part& part, int channels,
                                            int thread, const float* shared, float (&sums)[rows_of_block]) {
    const std::int64_t value = block.first_value + thread;
    if (value >= block.length) return;
    const RowAndColumn pixel = row_and_column(value, channels);
    const BandedRow k = banded_row(plan, task.columns, pixel.row);
    const int from = k.first > part.begin ? k.first : part.begin;
    const int to = k.first + k.count < part.end ? k.first + k.count : part.end;
    if (from >= to) return;
    const float* const seen =
        shared + part.before + std::ptrdiff_t{from - part.begin} * channels + pixel.column;
    for (int row = 0; row < rows_of_block; ++row) {
        sums[row] += weighted_sum(k.weights + (from - k.first), to - from,
                                  [&](int n) { return seen[row * floats_of_row + n * channels]; });
    }
}

/// Block `number` of a product: R is applied to a part of the columns that K looks at, then K to that part,
/// and so on. A `Block` has
///
///     shared()                 `shared_floats` floats that its threads share
///     for_each_thread(step)    calls step(thread, sums) for each, `sums` being its own, a float for each
///                              row; what one call writes, the next sees
template <typename T, typename Block>
GLIMPSE_HOST_DEVICE void multiply(Block& threads, const std::byte* plan, const ProductTask& task,
                                  const Pixels<T>& in, void* out, Element element, std::int64_t number) {
    const ProductBlock block(plan, task, in.channels, number);
    const int columns_at_once = (floats_of_row - 4) / in.channels;
    threads.for_each_thread([](int, float(&sums)[rows_of_block]) {
        for (float& sum : sums) sum = 0;
    });
    for (int begin = block.columns.begin; begin < block.columns.end; begin += columns_at_once) {
        const int end =
            begin + columns_at_once < block.columns.end ? begin + columns_at_once : block.columns.end;
        const Part part(begin, end, in.x0, in.channels);
        threads.for_each_thread([&](int thread, float(&)[rows_of_block]) {
            sum_lines(plan, task, block, part, in, thread, threads.shared());
        });
        threads.for_each_thread([&](int thread, float(&sums)[rows_of_block]) {
            sum_columns(plan, task, block, part, in.channels, thread, threads.shared(), sums);
        });
    }
    threads.for_each_thread([&](int thread, float(&sums)[rows_of_block]) {
        const std::int64_t value = block.first_value + thread;
        if (value >= block.length) return;
        for (int row = 0; row < rows_of_block; ++row) {
            const std::int64_t position = (block.first_row + row) * block.length + value;
            if (row < block.rows)
                store(out, element, task.out + static_cast<std::size_t>(position), sums[row]);
        }
    });
}

/// Σ_k weights[k] · value(index[k]) over row `row`.
template <typename Value>
GLIMPSE_HOST_DEVICE float sparse_sum(const std::byte* plan, const SparseRows& matrix, std::int64_t row,
                                     Value&& value) {
    const std::size_t* begin = at<std::size_t>(plan, matrix.begin) + row;
    const int* index = at<int>(plan, matrix.index) + begin[0];
    return weighted_sum(at<float>(plan, matrix.weights) + begin[0], static_cast<int>(begin[1] - begin[0]),
                        [&](int k) { return value(index[k]); });
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
    const auto [i, j] = row_and_column(number, task.width);
    const T* const values = in.pixel(task.x + j, task.y + i);
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
    const auto [i, j] = row_and_column(number, task.width);
    return task.affine(j, i);
}

/// The taps of a footprint along one axis in registers: as many as the interpolation has, those that have no
/// weight and those outside the image with a weight of 0.
template <Interpolation interpolation>
struct Taps {
    static constexpr int count = 1 + footprint(interpolation).before + footprint(interpolation).after;
    int index[count];
    double weight[count];

    GLIMPSE_HOST_DEVICE Taps(const AxisSampler& sampler, double position) {
        for_each_axis_tap_by<interpolation>(sampler, position, [&](int k, double pixel, double w) {
            const bool inside = pixel >= 0 && pixel < sampler.size;
            index[k] = inside ? static_cast<int>(pixel) : 0;
            weight[k] = inside ? w : 0;
        });
    }
};

/// Calls step(0), step(1), … one after another and not in a loop: what they index may stay in registers.
template <int... numbers, typename Step>
GLIMPSE_HOST_DEVICE void unrolled(std::integer_sequence<int, numbers...> /*count*/, Step&& step) {
    (step(numbers), ...);
}

/// Calls visit(y, x, weight) for the taps of a sampling point, as `for_each_tap_at` does.
template <Interpolation interpolation, typename Visit>
GLIMPSE_HOST_DEVICE void for_each_tap_in_registers(const ImageSampler& sampler, Point point, Visit&& visit) {
    using AxisTaps = Taps<interpolation>;
    const AxisTaps x(sampler.columns, point.x);
    const AxisTaps y(sampler.rows, point.y);
    constexpr std::make_integer_sequence<int, AxisTaps::count> all{};
    unrolled(all, [&](int b) {
        unrolled(all, [&](int a) {
            if (y.weight[b] == 0 || x.weight[a] == 0) return;
            visit(y.index[b], x.index[a], static_cast<float>(y.weight[b] * x.weight[a]));
        });
    });
}

/// Reads `count` channels of pixel `number` of h·w, from `begin` on.
template <Interpolation interpolation, int count, typename T>
GLIMPSE_HOST_DEVICE void gather_channels(const SampleTask& task, Point point, const Pixels<T>& in, int begin,
                                         void* out, Element element, std::int64_t number) {
    float sum[count] = {};
    for_each_tap_in_registers<interpolation>(task.sampler, point, [&](int y, int x, float weight) {
        const T* const values = in.pixel(x, y) + begin;
        for (int c = 0; c < count; ++c) sum[c] += weight * static_cast<float>(values[c]);
    });
    const std::size_t first = task.out + static_cast<std::size_t>(number * in.channels + begin);
    for (int c = 0; c < count; ++c) store(out, element, first + static_cast<std::size_t>(c), sum[c]);
}

/// Reads pixel `number` of h·w.
template <Interpolation interpolation, typename T>
GLIMPSE_HOST_DEVICE void gather(const std::byte* plan, const SampleTask& task, const Pixels<T>& in, void* out,
                                Element element, std::int64_t number) {
    const Point point = point_of(plan, task, number);
    int begin = 0;
    for (; in.channels - begin >= 3; begin += 3) {
        gather_channels<interpolation, 3>(task, point, in, begin, out, element, number);
    }
    for (; begin < in.channels; ++begin) {
        gather_channels<interpolation, 1>(task, point, in, begin, out, element, number);
    }
}

/// A float32 as a multiple of 1 / scale, scale being a power of two: sums of such numbers do not depend on
/// their order.
GLIMPSE_HOST_DEVICE inline std::int64_t fixed_point(float value, double scale) {
    return static_cast<std::int64_t>(std::rint(static_cast<double>(value) * scale));
}

GLIMPSE_HOST_DEVICE inline float from_fixed_point(std::int64_t value, double scale) {
    return static_cast<float>(static_cast<double>(value) / scale);
}

/// Writes pixel `number` of h·w: calls add(position, amount) for values of an image that has the region's
/// pixels, amounts being multiples of 1 / scale.
template <Interpolation interpolation, typename Add>
GLIMPSE_HOST_DEVICE void scatter(const std::byte* plan, const SampleTask& task, const Pixels<float>& glimpse,
                                 const Rectangle& region, double scale, std::int64_t number, Add&& add) {
    const auto [i, j] = row_and_column(number, task.width);
    const float* const values = glimpse.pixel(j, i);
    for_each_tap_in_registers<interpolation>(
        task.sampler, point_of(plan, task, number), [&](int y, int x, float weight) {
            const std::int64_t pixel = std::int64_t{y - region.y} * region.width + (x - region.x);
            for (int c = 0; c < glimpse.channels; ++c) {
                add(pixel * glimpse.channels + c, fixed_point(weight * values[c], scale));
            }
        });
}

}  // namespace glimpse::device_work
