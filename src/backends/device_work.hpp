#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"
#include "maps/axis_taps.hpp"

// What one thread of a GPU does. The same functions run on the host, where they are tested without a GPU.
//
// Whatever a thread reads beside pixels lies in one block of bytes, the plan, so that one transfer brings it
// to the device; offsets are counted from its beginning, in bytes.

namespace glimpse::device_work {

/// A sparse matrix in CSR form: the weights of row i are numbers [begin[i], begin[i+1]).
struct SparseRows {
    std::size_t begin;    ///< offset of row count + 1 std::int64_t
    std::size_t index;    ///< offset of an int for each weight: its column
    std::size_t weights;  ///< offset of the weights, floats
};

/// R I Kᵀ in two steps: first K on each line for which R has a weight, then R on the result.
struct ProductTask {
    int height;           ///< h, R's rows
    int width;            ///< w, K's rows
    int line_count;       ///< n
    std::size_t lines;    ///< offset of the n lines' numbers, ints, counted from the first line of the pixels
    SparseRows rows;      ///< R; an index is a position among the n
    SparseRows columns;   ///< K; an index is a column, counted from the first one of the pixels
    std::size_t between;  ///< where n·w·C floats lie between the steps, counted in floats
    std::size_t out;      ///< where the h·w·C values go, counted in values

    /// The number of threads of each step.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels_between() const {
        return std::int64_t{line_count} * width;
    }
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t values_out(int channels) const {
        return std::int64_t{height} * width * channels;
    }
};

/// One sample for each of h×w glimpse pixels.
struct SampleTask {
    int height;
    int width;
    bool listed;         ///< the sampling points are a list, and not `affine`
    Affine affine;       ///< from glimpse pixel to image pixel, centre coordinates
    std::size_t points;  ///< offset of the list, h·w `Point`
    ImageSampler sampler;
    std::size_t out;  ///< of a glimpse that is read: where its values go, counted in values

    /// The number of threads.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels() const { return std::int64_t{height} * width; }
};

/// a ⊙ I on a rectangle.
struct WeightTask {
    int height;  ///< of the rectangle
    int width;
    int x;                ///< its first column, counted from the first one of the pixels
    int y;                ///< its first line, likewise
    std::size_t weights;  ///< offset of the h·w weights, floats
    std::size_t out;      ///< where the h·w·C values go, counted in values

    /// The number of threads.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels() const { return std::int64_t{height} * width; }
};

/// Pixels of C values; the pixel (x, y) of the image is element x - x0 of line y - y0.
template <typename T>
struct Pixels {
    const T* data;
    std::ptrdiff_t step;  ///< bytes from line to line
    int channels;         ///< C
    int x0;
    int y0;

    /// The first value of a pixel, counted from the first one that is there.
    [[nodiscard]] GLIMPSE_HOST_DEVICE const T* pixel(int line, int column) const {
        const auto* bytes = reinterpret_cast<const std::byte*>(data) + line * step;
        return reinterpret_cast<const T*>(bytes) + std::ptrdiff_t{column} * channels;
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

/// Σ_k weight[k] · value(index[k]) over row `row`, accumulated in blocks, as on the CPU, for the sake of
/// float32.
template <typename Value>
GLIMPSE_HOST_DEVICE float weighted_sum(const std::byte* plan, const SparseRows& matrix, int row,
                                       Value&& value) {
    const auto* begin = at<std::int64_t>(plan, matrix.begin);
    const auto* index = at<int>(plan, matrix.index);
    const auto* weights = at<float>(plan, matrix.weights);
    const std::int64_t end = begin[row + 1];
    float sum = 0;
    for (std::int64_t from = begin[row]; from < end; from += summation_block) {
        const std::int64_t to = from + summation_block < end ? from + summation_block : end;
        float part = 0;
        for (std::int64_t k = from; k < to; ++k) part += weights[k] * value(index[k]);
        sum += part;
    }
    return sum;
}

/// The first step's pixel `number` of n·w: K on one line.
template <typename T>
GLIMPSE_HOST_DEVICE void weigh_columns(const std::byte* plan, const ProductTask& task, const Pixels<T>& in,
                                       float* between, std::int64_t number) {
    const auto position = static_cast<int>(number / task.width);
    const auto j = static_cast<int>(number % task.width);
    const T* line = in.pixel(at<int>(plan, task.lines)[position], 0);
    float* out = between + task.between + number * in.channels;
    for (int c = 0; c < in.channels; ++c) {
        out[c] = weighted_sum(plan, task.columns, j, [&](int column) {
            return static_cast<float>(line[std::ptrdiff_t{column} * in.channels + c]);
        });
    }
}

/// The second step's value `number` of h·w·C: R on one column of the first step's result.
GLIMPSE_HOST_DEVICE inline void weigh_lines(const std::byte* plan, const ProductTask& task, int channels,
                                            const float* between, void* out, Element element,
                                            std::int64_t number) {
    const std::int64_t length = std::int64_t{task.width} * channels;
    const auto i = static_cast<int>(number / length);
    const float* column = between + task.between + number % length;
    const float sum =
        weighted_sum(plan, task.rows, i, [&](int position) { return column[position * length]; });
    store(out, element, task.out + static_cast<std::size_t>(number), sum);
}

/// Weighs pixel `number` of h·w.
template <typename T>
GLIMPSE_HOST_DEVICE void weigh(const std::byte* plan, const WeightTask& task, const Pixels<T>& in, void* out,
                               Element element, std::int64_t number) {
    const T* values = in.pixel(task.y + static_cast<int>(number / task.width),
                               task.x + static_cast<int>(number % task.width));
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
            const T* values = in.pixel(y - in.y0, x - in.x0) + begin;
            for (int c = 0; c < count; ++c) sum[c] += weight * static_cast<float>(values[c]);
        });
        for (int c = 0; c < count; ++c) {
            store(out, element, task.out + static_cast<std::size_t>(number * in.channels + begin + c),
                  sum[c]);
        }
    }
}

/// Writes pixel `number` of h·w: calls add(value, amount) for the values of a float image that has the
/// region's pixels.
template <typename Add>
GLIMPSE_HOST_DEVICE void scatter(const std::byte* plan, const SampleTask& task, const Pixels<float>& glimpse,
                                 float* image, const Rectangle& region, std::int64_t number, Add&& add) {
    const float* values =
        glimpse.pixel(static_cast<int>(number / task.width), static_cast<int>(number % task.width));
    for_each_tap_at(task.sampler, point_of(plan, task, number), [&](int y, int x, float weight) {
        float* out = image + (std::int64_t{y - region.y} * region.width + (x - region.x)) * glimpse.channels;
        for (int c = 0; c < glimpse.channels; ++c) add(out + c, weight * values[c]);
    });
}

}  // namespace glimpse::device_work
