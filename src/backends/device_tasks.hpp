#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"
#include "maps/axis_taps.hpp"

// Linear maps as tasks for a device. Whatever its threads read beside pixels lies in one block of bytes, the
// plan, so that one transfer brings it there; offsets are counted from its beginning, in bytes.

namespace glimpse::device_work {

/// The threads of a block. It computes so many pixels of samples or weights, or values of a row of a product.
constexpr int threads_of_block = 256;

/// Calls step<interpolation>() for each interpolation, in the order of `DevicePlan::samples`.
template <typename Step>
void for_each_interpolation(Step&& step) {
    step.template operator()<Interpolation::nearest>();
    step.template operator()<Interpolation::bilinear>();
    step.template operator()<Interpolation::bicubic>();
}

/// A banded matrix in its own arrays: the weights of row i are numbers [begin[i], begin[i + 1]), from column
/// first[i] on.
struct BandedRows {
    std::size_t begin;    ///< offset of row count + 1 std::size_t
    std::size_t first;    ///< offset of an int for each row, counted from the first pixel of the image
    std::size_t weights;  ///< offset of the weights, floats
};

/// A sparse matrix in CSR form: the weights of row i are numbers [begin[i], begin[i + 1]).
struct SparseRows {
    std::size_t begin;    ///< offset of row count + 1 std::size_t
    std::size_t index;    ///< offset of an int for each weight: its column
    std::size_t weights;  ///< offset of the weights, floats
};

/// The values of one row of a product that a block computes together, and the columns that they look at.
struct ColumnRange {
    int begin;
    int end;
};

/// Lines of pixels begin at multiples of so many bytes, so that a thread loads four values at once.
constexpr std::size_t line_alignment = 16;

/// The rows of a product that a block computes together, so that what it waits for is read less often.
constexpr int rows_of_block = 4;

/// R I Kᵀ.
struct ProductTask {
    int height;          ///< h, R's rows
    int width;           ///< w, K's rows
    BandedRows rows;     ///< R
    BandedRows columns;  ///< K
    std::size_t ranges;  ///< offset of a `ColumnRange` for each block of a row
    std::size_t out;     ///< where the h·w·C values go, counted in values
};

/// Rᵀ g K in two steps: first K on each line of the glimpse, then R on the result.
struct AdjointTask {
    int glimpse_height;  ///< h
    int height;          ///< H, of the map's support
    int width;           ///< W, likewise
    SparseRows rows;     ///< Rᵀ
    SparseRows columns;  ///< Kᵀ

    /// The number of threads of each step.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels_between() const {
        return std::int64_t{glimpse_height} * width;
    }
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels() const { return std::int64_t{height} * width; }
};

/// Colours of a glimpse, of premultiplied pixels, divided by its alpha.
struct AlphaTask {
    std::int64_t count;  ///< of pixels
    std::size_t out;     ///< where its values lie, and go, counted in values
    float gain;          ///< what has multiplied alpha

    /// The number of threads.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels() const { return count; }
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
    int x;                ///< its first column, counted from the first pixel of the image
    int y;                ///< its first line, likewise
    std::size_t weights;  ///< offset of the h·w weights, floats
    std::size_t out;      ///< where the h·w·C values go, counted in values

    /// The number of threads.
    [[nodiscard]] GLIMPSE_HOST_DEVICE std::int64_t pixels() const { return std::int64_t{height} * width; }
};

}  // namespace glimpse::device_work
