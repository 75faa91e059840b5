#include <algorithm>
#include <cmath>

#include "glimpse/gradients.hpp"
#include "glimpse/measures.hpp"
#include "measures/row_weights.hpp"
#include "system/interruption.hpp"

namespace glimpse {

namespace measures {

namespace {

constexpr double share_within = 0.99;

struct Distant {
    double distance;
    double weight;  ///< its magnitude
};

/// The middle of the magnitudes; none where there is no weight.
std::optional<Point> middle_of(const RowWeights& row, int columns) {
    double mass = 0;
    Point sum{0, 0};
    for (const PixelWeight& one : row) {
        const double a = std::abs(one.weight);
        const Point place = one.place(columns);
        mass += a;
        sum.x += a * place.x;
        sum.y += a * place.y;
    }
    if (mass == 0) return std::nullopt;
    return Point{sum.x / mass, sum.y / mass};
}

/// The least distance within which that share of the weights lies: by halves, since a Gaussian may weigh
/// millions of pixels.
double reach_of(std::vector<Distant> all) {
    double left = 0;
    for (const Distant& one : all) left += one.weight;
    left *= share_within;
    auto begin = all.begin();
    auto end = all.end();
    while (end - begin > 1) {
        const auto middle = begin + (end - begin) / 2;
        std::nth_element(begin, middle, end,
                         [](const Distant& a, const Distant& b) { return a.distance < b.distance; });
        double nearer = 0;
        for (auto one = begin; one != middle; ++one) nearer += one->weight;
        if (nearer >= left) {
            end = middle;
        } else {
            left -= nearer;
            begin = middle;
        }
    }
    return begin->distance;
}

std::optional<double> reach_about(const Point& middle, const RowWeights& row, int columns) {
    std::vector<Distant> all;
    all.reserve(row.size());
    for (const PixelWeight& one : row) {
        if (one.weight == 0) continue;
        const Point place = one.place(columns);
        all.push_back({std::hypot(place.x - middle.x, place.y - middle.y), std::abs(one.weight)});
    }
    if (all.empty()) return std::nullopt;
    return reach_of(std::move(all));
}

std::optional<double> mean_of(const std::vector<double>& numbers) {
    if (numbers.empty()) return std::nullopt;
    double sum = 0;
    for (const double number : numbers) sum += number;
    return sum / static_cast<double>(numbers.size());
}

}  // namespace

}  // namespace measures

std::vector<GradientReach> gradient_reaches(const Mechanism& mechanism, Size image) {
    using namespace measures;
    require_gradients(mechanism);
    const Lowered own = lower(mechanism, image);
    const std::vector<GlimpsePixel> pixels = spread_pixels(own.map.glimpse);
    const RowsOfMap rows(own.map, pixels);
    std::vector<std::optional<Point>> middles;
    for (std::size_t k = 0; k < pixels.size(); ++k) middles.push_back(middle_of(rows.row(k), image.width));
    std::vector<GradientReach> reaches;
    for_each_gradient(mechanism, image, [&](const ParameterGradient& gradient) {
        require_uninterrupted();
        std::vector<RowsOfMap> terms;
        for (const Lowered& term : gradient.terms) terms.emplace_back(term.map, pixels);
        std::vector<double> found;
        for (std::size_t k = 0; k < pixels.size(); ++k) {
            if (!middles[k] || terms.empty()) continue;
            RowWeights row = terms.front().row(k);
            for (std::size_t term = 1; term < terms.size(); ++term) row = sum(row, terms[term].row(k));
            if (const auto reach = reach_about(*middles[k], row, image.width)) found.push_back(*reach);
        }
        reaches.push_back({gradient.parameter, mean_of(found)});
    });
    return reaches;
}

}  // namespace glimpse
