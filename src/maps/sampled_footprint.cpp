#include "maps/sampled_footprint.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace glimpse {

SampledFootprint::SampledFootprint(const Point& centre, const SamplingPoints::Jacobian& jacobian,
                                   const Footprints::Means& means, Size image) {
    const auto& [x, y] = jacobian;
    const double share = 1.0 / means.across / means.down;
    for_each_sample(means, [&, &x = x, &y = y](double across, double down) {
        add_sample({centre.x + x[0] * across + x[1] * down, centre.y + y[0] * across + y[1] * down}, share,
                   image);
    });
    merge();
}

void SampledFootprint::add_sample(const Point& at, double share, Size image) {
    if (!counts(at, image)) return;
    const double x = std::clamp(at.x, 0.0, image.width - 1.0);
    const double y = std::clamp(at.y, 0.0, image.height - 1.0);
    const auto left = static_cast<std::int64_t>(x);
    const auto top = static_cast<std::int64_t>(y);
    const std::array<double, 2> columns{1 - (x - static_cast<double>(left)), x - static_cast<double>(left)};
    const std::array<double, 2> rows{1 - (y - static_cast<double>(top)), y - static_cast<double>(top)};
    for (std::size_t v = 0; v < 2; ++v) {
        for (std::size_t u = 0; u < 2; ++u) {
            const double weight = share * rows.at(v) * columns.at(u);
            if (weight > 0)
                taps_.push_back(
                    {top + static_cast<std::int64_t>(v), left + static_cast<std::int64_t>(u), weight});
        }
    }
}

void SampledFootprint::merge() {
    const auto place = [](const Tap& tap) { return std::pair(tap.y, tap.x); };
    std::ranges::stable_sort(taps_, {}, place);
    std::size_t count = 0;
    for (const Tap& tap : taps_) {
        if (count > 0 && place(taps_[count - 1]) == place(tap)) {
            taps_[count - 1].weight += tap.weight;
        } else {
            taps_[count++] = tap;
        }
    }
    taps_.resize(count);
}

std::span<const SampledFootprint::Tap> SampledFootprint::taps_of(std::int64_t row) const {
    const auto first = std::ranges::lower_bound(taps_, row, {}, &Tap::y);
    return {first, std::ranges::upper_bound(first, taps_.end(), row, {}, &Tap::y)};
}

Extent SampledFootprint::bounds() const {
    if (taps_.empty()) return {-2, -2, -2, -2};
    const auto [left, right] = std::ranges::minmax(taps_, {}, &Tap::x);
    return {double(left.x), double(taps_.front().y), double(right.x), double(taps_.back().y)};
}

Positions SampledFootprint::rows() const {
    if (taps_.empty()) return {};
    return {taps_.front().y, taps_.back().y + 1};
}

Positions SampledFootprint::columns(std::int64_t y) const {
    const std::span<const Tap> row = taps_of(y);
    if (row.empty()) return {};
    return {row.front().x, row.back().x + 1};
}

void SampledFootprint::weigh(std::int64_t y, const Positions& columns, Scales /*scales*/,
                             float* weights) const {
    std::fill_n(weights, columns.end - columns.begin, 0.0F);
    for (const Tap& tap : taps_of(y)) weights[tap.x - columns.begin] = static_cast<float>(tap.weight);
}

}  // namespace glimpse
