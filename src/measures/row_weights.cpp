#include "measures/row_weights.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "maps/matrix_entries.hpp"

namespace glimpse::measures {

namespace {

std::vector<int> spread(int size) {
    constexpr int most = 3;
    const int count = std::min(size, most);
    std::vector<int> places(static_cast<std::size_t>(count));
    for (int n = 0; n < count; ++n) {
        const std::int64_t middle = (2 * std::int64_t{n} + 1) * size / (2 * std::int64_t{count});
        places[static_cast<std::size_t>(n)] = static_cast<int>(middle);
    }
    return places;
}

/// The rows of those numbers, which need not be in order.
std::vector<RowWeights> rows_of(const LinearMap& map, MatrixOf which,
                                const std::vector<std::int64_t>& numbers) {
    std::vector<std::pair<std::int64_t, std::size_t>> wanted;
    for (std::size_t k = 0; k < numbers.size(); ++k) wanted.emplace_back(numbers[k], k);
    std::ranges::sort(wanted);
    std::vector<RowWeights> rows(numbers.size());
    std::int64_t row = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    const auto find = [&] {
        begin = end;
        while (end < wanted.size() && wanted[end].first == row) ++end;
    };
    find();
    for_each_entry(
        map, which,
        [&](std::int64_t pixel, float weight) {
            if (begin < end) rows[wanted[begin].second].push_back({pixel, weight});
        },
        [&] {
            for (std::size_t k = begin + 1; k < end; ++k) rows[wanted[k].second] = rows[wanted[begin].second];
            ++row;
            find();
        });
    return rows;
}

}  // namespace

std::vector<GlimpsePixel> spread_pixels(Size glimpse) {
    std::vector<GlimpsePixel> pixels;
    for (const int y : spread(glimpse.height)) {
        for (const int x : spread(glimpse.width)) pixels.push_back({x, y});
    }
    return pixels;
}

RowsOfMap::RowsOfMap(const LinearMap& map, const std::vector<GlimpsePixel>& pixels)
    : columns_(map.image.width) {
    std::vector<std::int64_t> columns;
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> numbers;
    for (const auto& [x, y] : pixels) {
        columns.push_back(x);
        rows.push_back(y);
        numbers.push_back(std::int64_t{y} * map.glimpse.width + x);
    }
    is_separable_ = matrices_of(map).size() == 2;
    if (is_separable_) {
        x_ = rows_of(map, MatrixOf::x, columns);
        y_ = rows_of(map, MatrixOf::y, rows);
    } else {
        all_ = rows_of(map, MatrixOf::all, numbers);
    }
}

RowWeights RowsOfMap::row(std::size_t k) const {
    if (!is_separable_) return all_[k];
    RowWeights row;
    row.reserve(x_[k].size() * y_[k].size());
    for (const auto& [y, down] : y_[k]) {
        for (const auto& [x, across] : x_[k]) row.push_back({y * columns_ + x, down * across});
    }
    return row;
}

RowWeights sum(const RowWeights& a, const RowWeights& b) {
    RowWeights all;
    all.reserve(a.size() + b.size());
    std::ranges::merge(a, b, std::back_inserter(all), {}, &PixelWeight::pixel, &PixelWeight::pixel);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (kept > 0 && all[kept - 1].pixel == all[k].pixel) {
            all[kept - 1].weight += all[k].weight;
        } else {
            all[kept++] = all[k];
        }
    }
    all.resize(kept);
    return all;
}

}  // namespace glimpse::measures
