#include "glimpse/location_policy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/random.hpp"

namespace glimpse {

namespace {

using PolicyKind = LocationPolicy::Kind;

PhiloxCounter words_of(const LocationPolicy& policy, const DrawKey& key, std::size_t k) {
    return philox({static_cast<std::uint32_t>(k), key.map, static_cast<std::uint32_t>(key.image),
                   static_cast<std::uint32_t>(key.image >> 32U)},
                  philox_key(policy.seed));
}

/// The cells of a map, row by row.
class CellPlaces {
  public:
    explicit CellPlaces(const CellMap& map) : map_(map) {}

    [[nodiscard]] DrawnLocation at(std::size_t index) const {
        const auto columns = static_cast<std::size_t>(map_.weights.cols);
        const DrawnLocation::Cell cell{static_cast<int>(index / columns), static_cast<int>(index % columns)};
        return {.location = centre(cell), .cell = cell};
    }

    [[nodiscard]] Point centre(const DrawnLocation::Cell& cell) const {
        const Box& r = map_.region;
        return {r.x + edge_from_centre(cell.column) * r.width / map_.weights.cols,
                r.y + edge_from_centre(cell.row) * r.height / map_.weights.rows};
    }

  private:
    const CellMap& map_;
};

/// w / Σ w. Divided by the greatest first, so that no sum is infinite.
cv::Mat probabilities_of(const cv::Mat& weights) {
    double greatest = 0;
    cv::minMaxLoc(weights, nullptr, &greatest);
    cv::Mat p = weights / greatest;
    p /= cv::sum(p)[0];
    return p;
}

std::vector<DrawnLocation> draw_categorical(const CellMap& map, const LocationPolicy& policy,
                                            const DrawKey& key) {
    const auto p = std::make_shared<const cv::Mat>(probabilities_of(map.weights));
    std::vector<double> sums(p->total());
    std::partial_sum(p->begin<double>(), p->end<double>(), sums.begin());
    const CellPlaces cells(map);
    std::vector<DrawnLocation> all;
    for (std::size_t k = 0; k < static_cast<std::size_t>(policy.count); ++k) {
        const PhiloxCounter words = words_of(policy, key, k);
        // Of equal sums the first is the cell that weighs something. u < 1, and may still round to the last.
        const double sum = uniform(words[0], words[1]) * sums.back();
        auto found = std::ranges::upper_bound(sums, sum);
        if (found == sums.end()) found = std::ranges::lower_bound(sums, sums.back());
        const auto index = static_cast<std::size_t>(found - sums.begin());
        DrawnLocation& drawn = all.emplace_back(cells.at(index));
        drawn.log_prob = std::log(p->ptr<double>()[index]);
        if (policy.has_gradients) drawn.probabilities = p;
    }
    return all;
}

std::vector<DrawnLocation> greatest_cells(const CellMap& map, const LocationPolicy& policy) {
    const cv::Mat rows = map.weights.isContinuous() ? map.weights : map.weights.clone();
    const auto* const weights = rows.ptr<double>();
    std::vector<std::size_t> order(map.weights.total());
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](std::size_t index) { return weights[index] <= 0; });
    const auto count = static_cast<std::size_t>(policy.count);
    if (count > order.size()) {
        throw Error(field_name("policy.count") + " " + std::to_string(count) +
                    " of top-k: " + std::to_string(order.size()) + " of the map's " +
                    std::to_string(map.weights.total()) + " cells weigh more than 0; give at most as many");
    }
    const auto end = order.begin() + policy.count;
    std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
        return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    });
    const CellPlaces cells(map);
    std::vector<DrawnLocation> all;
    std::transform(order.begin(), end, std::back_inserter(all),
                   [&](std::size_t index) { return cells.at(index); });
    return all;
}

/// Pixels = scale · (units + shift), along an axis of so many pixels.
struct AxisScale {
    double scale;
    double shift;

    [[nodiscard]] double pixels(double value) const { return scale * (value + shift); }
    [[nodiscard]] double units(double pixels) const { return pixels / scale - shift; }
};

AxisScale scale_of(LocationPolicy::Units units, int pixels) {
    switch (units) {
        case LocationPolicy::Units::fraction:
            return {double(pixels), 0};
        case LocationPolicy::Units::normalised:
            return {pixels / 2.0, 1};
        case LocationPolicy::Units::pixels:
            break;
    }
    return {1, 0};
}

std::vector<DrawnLocation> draw_normal(const Point& mean, const LocationPolicy& policy, Size image,
                                       const DrawKey& key) {
    const double s = policy.sigma;
    const AxisScale x = scale_of(policy.units, image.width);
    const AxisScale y = scale_of(policy.units, image.height);
    std::vector<DrawnLocation> all;
    for (std::size_t k = 0; k < static_cast<std::size_t>(policy.count); ++k) {
        const auto [e_x, e_y] = normal_pair(words_of(policy, key, k));
        const Point e{e_x, e_y};
        const double square = e.x * e.x + e.y * e.y;  // ‖l - μ‖²/σ²
        const Point location{x.pixels(mean.x + s * e.x), y.pixels(mean.y + s * e.y)};
        if (!std::isfinite(location.x) || !std::isfinite(location.y)) {
            throw Error(field_name("policy.sigma") + " " + number_text(s) +
                        ": a location is beyond all numbers; give a smaller one, or a mean nearer to 0");
        }
        all.push_back({.location = location,
                       .log_prob = -square / 2 - 2 * std::log(s) - std::log(2 * std::numbers::pi),
                       .normal = DrawnLocation::Normal{.mean = mean,
                                                       .sigma = s,
                                                       .gradient_by_mean = {e.x / s, e.y / s},
                                                       .gradient_by_log_sigma = square - 2}});
    }
    return all;
}

/// Σ w c / Σ w over the cells' centres c, in pixels.
Point centre_of_mass(const CellMap& map) {
    const cv::Mat p = probabilities_of(map.weights);
    const CellPlaces cells(map);
    Point sum;
    for (int row = 0; row < p.rows; ++row) {
        for (int column = 0; column < p.cols; ++column) {
            const Point c = cells.centre({row, column});
            sum.x += p.at<double>(row, column) * c.x;
            sum.y += p.at<double>(row, column) * c.y;
        }
    }
    return sum;
}

}  // namespace

std::string_view name(LocationPolicy::Kind kind) {
    constexpr std::array<std::string_view, 3> names{"categorical", "normal", "top-k"};
    return names[static_cast<std::size_t>(kind)];
}

void validate(const LocationPolicy& policy) {
    if (policy.count < 1 || policy.count > most_draws) {
        throw InvalidOption("policy.count", "1 to " + power_of_two(most_draws) + " locations are needed",
                            std::to_string(policy.count));
    }
    if (policy.kind == PolicyKind::normal && !(std::isfinite(policy.sigma) && policy.sigma > 0)) {
        throw InvalidOption("policy.sigma", "a normal policy has a finite standard deviation > 0",
                            number_text(policy.sigma));
    }
    if (policy.mean && !(std::isfinite(policy.mean->x) && std::isfinite(policy.mean->y))) {
        throw InvalidOption("policy.mean", "two finite numbers are needed");
    }
    try {
        require_glimpse_size(policy.size, "");
    } catch (const InvalidParameter& error) {
        throw InvalidOption("policy.size", error.what());
    }
}

cv::Mat gradient_by_logits(const DrawnLocation& drawn) {
    if (!drawn.probabilities) return {};
    cv::Mat gradient = -*drawn.probabilities;
    gradient.at<double>(drawn.cell->row, drawn.cell->column) += 1;
    return gradient;
}

std::vector<DrawnLocation> draw(const CellMap& map, const LocationPolicy& policy, Size image,
                                const DrawKey& key) {
    switch (policy.kind) {
        case PolicyKind::categorical:
            return draw_categorical(map, policy, key);
        case PolicyKind::top_k:
            return greatest_cells(map, policy);
        case PolicyKind::normal:
            break;
    }
    const Point mean = centre_of_mass(map);
    return draw_normal({scale_of(policy.units, image.width).units(mean.x),
                        scale_of(policy.units, image.height).units(mean.y)},
                       policy, image, key);
}

std::vector<DrawnLocation> draw(const LocationPolicy& policy, Size image, const DrawKey& key) {
    return draw_normal(*policy.mean, policy, image, key);
}

Crop crop_about(const Point& location, const LocationPolicy& policy) {
    const Size size = policy.size;
    // Rounded here: a corner that is no whole number might round to a box of another size.
    const auto begin = [](double centre, int length) { return double(nearest_edge(centre - length / 2.0)); };
    return {.form = Crop::BoxForm{{begin(location.x, size.width), begin(location.y, size.height),
                                   double(size.width), double(size.height)}},
            .size = {},
            .padding = policy.padding,
            .interpolation = Resampling::bilinear,
            .fill = {}};
}

}  // namespace glimpse
