#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "glimpse/linear_map.hpp"
#include "maps/filters.hpp"
#include "maps/footprints.hpp"
#include "maps/merged_weights.hpp"
#include "maps/overloaded.hpp"
#include "maps/samples.hpp"
#include "maps/sparse_matrix.hpp"

// A map as the matrices of which it consists, entry by entry: that of a mask has as many rows as the image
// has pixels, and is never in memory as a whole.

namespace glimpse {

/// A matrix of a map: g = A_y I A_xᵀ where the axes are separable, and otherwise g = A I with the pixels of
/// I and g one after another, row by row.
enum class MatrixOf : std::uint8_t { y, x, all };

/// The matrices that a map consists of.
inline std::vector<MatrixOf> matrices_of(const LinearMap& map) {
    const bool is_separable =
        std::holds_alternative<Separable>(map.kind) || std::holds_alternative<Window>(map.kind);
    return is_separable ? std::vector{MatrixOf::y, MatrixOf::x} : std::vector{MatrixOf::all};
}

/// The size of a matrix.
struct MatrixShape {
    std::int64_t rows;
    std::int64_t columns;
};

/// A_y: h×H, A_x: w×W, A: (h·w)×(H·W).
inline MatrixShape shape_of(const LinearMap& map, MatrixOf which) {
    switch (which) {
        case MatrixOf::y:
            return {map.glimpse.height, map.image.height};
        case MatrixOf::x:
            return {map.glimpse.width, map.image.width};
        case MatrixOf::all:
            break;
    }
    return {map.glimpse.area(), map.image.area()};
}

namespace entries {

template <typename Entry, typename EndRow>
void of_window(int first, int count, int size, Entry& entry, EndRow& end_row) {
    for (int k = 0; k < count; ++k, end_row()) {
        const std::int64_t column = std::int64_t{first} + k;
        if (column >= 0 && column < size) entry(column, 1.0F);
    }
}

template <typename Entry, typename EndRow>
void of_band(const BandedMatrix& band, Entry& entry, EndRow& end_row) {
    for (int k = 0; k < band.rows(); ++k, end_row()) {
        auto [column, weights] = band.row(k);
        for (const float weight : weights) {
            if (weight != 0) entry(std::int64_t{column}, weight);
            ++column;
        }
    }
}

/// Calls pixel(index, weight) for each weight that is not 0, index being that of the image's pixel.
template <typename Pixel>
void of_weights(const Weights& weights, Size image, Pixel&& pixel) {
    const Rectangle& region = weights.region;
    for (int y = 0; y < region.height; ++y) {
        const float* const row = weights.a.ptr<float>(y);
        const std::int64_t first = std::int64_t{region.y + y} * image.width + region.x;
        for (int x = 0; x < region.width; ++x) {
            if (row[x] != 0) pixel(first + x, row[x]);
        }
    }
}

/// With padding several taps of a point may be of one pixel: they add up.
template <typename Entry, typename EndRow>
void of_samples(const Samples& samples, const LinearMap& map, Entry& entry, EndRow& end_row) {
    const ImageSampler sampler = image_sampler(samples, map.image);
    constexpr std::size_t most_taps = 16;
    std::array<std::pair<std::int64_t, double>, most_taps> taps;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j, end_row()) {
            std::size_t count = 0;
            for_each_tap_at(sampler, samples.points.at(j, i), [&](int y, int x, float weight) {
                const std::int64_t pixel = std::int64_t{y} * map.image.width + x;
                auto* const end = taps.data() + count;
                auto* const same =
                    std::find_if(taps.data(), end, [&](const auto& t) { return t.first == pixel; });
                if (same == end) taps.at(count++) = {pixel, 0};
                same->second += weight;
            });
            std::sort(taps.data(), taps.data() + count);
            for (const auto& [pixel, weight] : std::span(taps).first(count)) {
                if (static_cast<float>(weight) != 0) entry(pixel, static_cast<float>(weight));
            }
        }
    }
}

/// With padding several taps of a footprint may be of one pixel: they add up.
template <typename Entry, typename EndRow>
void of_footprints(const Footprints& footprints, const LinearMap& map, Entry& entry, EndRow& end_row) {
    FootprintTaps taps(footprints, map);
    PixelWeights weights;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j, end_row()) {
            weights.clear();
            taps.for_each_run(j, i, [&](int y, int x, std::span<const float> run) {
                std::int64_t pixel = std::int64_t{y} * map.image.width + x;
                for (const float weight : run) weights.emplace_back(pixel++, weight);
            });
            for_each_merged(weights, entry);
        }
    }
}

template <typename Entry, typename EndRow>
void of_mask(const Weights& weights, const LinearMap& map, Entry& entry, EndRow& end_row) {
    std::int64_t row = 0;
    of_weights(weights, map.image, [&](std::int64_t pixel, float weight) {
        for (; row < pixel; ++row) end_row();
        entry(pixel, weight);
    });
    for (; row < map.image.area(); ++row) end_row();
}

}  // namespace entries

/// Calls entry(column, weight) for the weights of each row that are not 0, in ascending order, each column at
/// most once, and end_row() after each row. `which` is one of `matrices_of`, or `std::logic_error`.
template <typename Entry, typename EndRow>
void for_each_entry(const LinearMap& map, MatrixOf which, Entry&& entry, EndRow&& end_row) {
    if ((which == MatrixOf::all) != (matrices_of(map).front() == MatrixOf::all))
        throw std::logic_error("a map consists of A_y and A_x, or of A");
    const bool is_y = which == MatrixOf::y;
    const auto of_window = [&](const Window& window) {
        return is_y ? entries::of_window(window.y0, map.glimpse.height, map.image.height, entry, end_row)
                    : entries::of_window(window.x0, map.glimpse.width, map.image.width, entry, end_row);
    };
    const auto of_sum = [&](const WeightedSum& sum) {
        entries::of_weights(sum.weights, map.image, entry);
        end_row();
    };
    std::visit(
        overloaded{
            of_window, of_sum,
            [&](const Separable& axes) { entries::of_band(is_y ? axes.rows : axes.columns, entry, end_row); },
            [&](const Weights& mask) { entries::of_mask(mask, map, entry, end_row); },
            [&](const Samples& samples) { entries::of_samples(samples, map, entry, end_row); },
            [&](const Filters& filters) { for_each_filter_entry(filters, map.image, entry, end_row); },
            [&](const Footprints& footprints) { entries::of_footprints(footprints, map, entry, end_row); },
            [&](const SparseMatrix& matrix) { for_each_sparse_entry(matrix, map.image, entry, end_row); }},
        map.kind);
}

}  // namespace glimpse
