#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace glimpse {

/// The weights of a row of a map, each with the number of its pixel; several may be of one.
using PixelWeights = std::vector<std::pair<std::int64_t, double>>;

/// Calls entry(pixel, weight) for each pixel in ascending order, with the sum of its weights in float32,
/// where that is not 0. Sorts them by pixel.
template <typename Entry>
void for_each_merged(PixelWeights& weights, Entry&& entry) {
    constexpr auto pixel_of = &PixelWeights::value_type::first;
    if (!std::ranges::is_sorted(weights, {}, pixel_of)) std::ranges::stable_sort(weights, {}, pixel_of);
    for (std::size_t k = 0; k < weights.size();) {
        const std::int64_t pixel = weights[k].first;
        double sum = 0;
        for (; k < weights.size() && weights[k].first == pixel; ++k) sum += weights[k].second;
        if (static_cast<float>(sum) != 0) entry(pixel, static_cast<float>(sum));
    }
}

}  // namespace glimpse
