#include "mechanisms/plate_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>

namespace glimpse {

namespace {

/// How far the outermost pixels' centres are from the middle of a square.
constexpr double half_side = (tile_side - 1) / 2.0;

/// x and y by turns; null of no points.
const double* coordinates(const std::vector<Point>& points) {
    static_assert(sizeof(Point) == 2 * sizeof(double), "points are x and y by turns");
    return points.empty() ? nullptr : &points.front().x;
}

/// The least multiple of `plate_lanes` that is no less.
int whole_registers(std::size_t pixels) {
    return static_cast<int>((pixels + plate_lanes - 1) / plate_lanes) * plate_lanes;
}

using Nodes = std::array<double, tile_nodes>;

/// Chebyshev points, from the greatest on: the k-th last is minus the k-th.
Nodes chebyshev_nodes() {
    Nodes nodes;
    for (int k = 0; k < tile_nodes; ++k)
        nodes[std::size_t(k)] = half_side * std::cos(std::numbers::pi * (2 * k + 1) / (2 * tile_nodes));
    return nodes;
}

/// Lagrange's polynomial that is 1 at node k, and 0 at the others.
double lagrange(const Nodes& nodes, std::size_t k, double u) {
    double product = 1;
    for (std::size_t m = 0; m < nodes.size(); ++m) {
        if (m != k) product *= (u - nodes[m]) / (nodes[k] - nodes[m]);
    }
    return product;
}

/// P_q and Q_q, as the kernels take them.
using Basis = std::array<double, 2 * std::size_t(tile_terms) * tile_half>;

const Basis& basis() {
    alignas(plate_alignment) static const Basis all = [] {
        Basis polynomials;
        const Nodes nodes = chebyshev_nodes();
        for (int q = 0; q < tile_terms; ++q) {
            for (int n = 0; n < tile_half; ++n) {
                const double plus = lagrange(nodes, std::size_t(q), n + 0.5);
                const double minus = lagrange(nodes, std::size_t(q), -(n + 0.5));
                polynomials[std::size_t(q) * tile_half + std::size_t(n)] = (plus + minus) / 2;
                polynomials[std::size_t(tile_terms + q) * tile_half + std::size_t(n)] = (plus - minus) / 2;
            }
        }
        return polynomials;
    }();
    return all;
}

}  // namespace

PlateRows::PlateRows(const ThinPlate& plate, Size glimpse)
    : plate_(plate),
      tiles_(std::size_t((glimpse.width + tile_side - 1) / tile_side)),
      half_side_(half_side * plate.per_pixel_),
      basis_(basis().data()) {
    int j = 0;
    for (Tile& tile : tiles_) {
        for (double& x : tile.columns) x = plate.normalised_x(edge_from_centre(j++));
    }
    std::ranges::transform(chebyshev_nodes(), nodes_.begin(),
                           [&](double node) { return node * plate.per_pixel_; });
    constexpr int n = tile_nodes;
    constexpr double lebesgue = 1 + 2 / std::numbers::pi * 4 * std::numbers::ln2;  // of 16 = 2⁴ points
    constexpr double factor = (1 + lebesgue) * 8 / (n * (n - 2)) / 4;
    const double allowed = plate_tolerance / static_cast<double>(plate.from_.size());
    for (const Point& w : plate.weights_) {
        const double error = factor * half_side_ * half_side_ * std::hypot(w.x, w.y);  // at r = h/2
        far_from_.push_back(half_side_ / 2 * std::pow(error / allowed, 1.0 / (n - 2)));
    }
}

PlateRows::Tile& PlateRows::tile_at(int i, std::size_t j) {
    Tile& tile = tiles_[j / tile_side];
    const int top = i - i % tile_side;
    if (tile.top == top) return tile;
    tile.top = top;
    const double right = static_cast<double>(j - j % tile_side) + tile_side / 2.0;
    begin_tile(tile, plate_.normalised({right, top + tile_side / 2.0}));
    return tile;
}

void PlateRows::list(int i, int first, std::span<Point> pixels) {
    const double y = plate_.normalised_y(edge_from_centre(i));
    const Point affine = plate_.affine({0, y});
    const Point start{centre_from_edge(affine.x), centre_from_edge(affine.y)};
    const std::size_t line = std::size_t(i % tile_side) * tile_line;
    alignas(plate_alignment) std::array<double, tile_side> sum_x;
    alignas(plate_alignment) std::array<double, tile_side> sum_y;
    std::array<double, std::size_t{2} * tile_side> cut;
    auto j = static_cast<std::size_t>(first);
    while (!pixels.empty()) {
        const Tile& tile = tile_at(i, j);
        const std::size_t from = j % tile_side;
        const auto part = pixels.first(std::min(tile_side - from, pixels.size()));
        const int count = whole_registers(part.size());
        const bool is_cut = static_cast<std::size_t>(count) != part.size();
        const bool adds_affine = !tile.has_far;
        kernels().tile_row({.sums = {.centres = coordinates(tile.near.centres),
                                     .weights = coordinates(tile.near.weights),
                                     .centre_count = tile.near.count(),
                                     .start_x = adds_affine ? start.x : 0,
                                     .start_y = adds_affine ? start.y : 0,
                                     .slope_x = adds_affine ? plate_.of_x_.x : 0,
                                     .slope_y = adds_affine ? plate_.of_x_.y : 0,
                                     .x = tile.columns.data() + from,
                                     .y = y,
                                     .count = count,
                                     .sum_x = sum_x.data(),
                                     .sum_y = sum_y.data()},
                            .first = static_cast<int>(from),
                            .has_sums = adds_affine || tile.near.count() > 0,
                            .basis = basis_,
                            .line = tile.has_far ? tile.lines->all.data() + line : nullptr,
                            .points = is_cut ? cut.data() : &part.front().x});
        for (std::size_t n = 0; is_cut && n < part.size(); ++n) part[n] = {cut[2 * n], cut[2 * n + 1]};
        pixels = pixels.subspan(part.size());
        j += part.size();
    }
}

bool PlateRows::is_far(std::size_t k, const Point& middle) const {
    const auto beyond = [&](double a, double m) { return std::max(0.0, std::abs(m - a) - half_side_); };
    const double x = beyond(plate_.from_[k].x, middle.x);
    const double y = beyond(plate_.from_[k].y, middle.y);
    return x * x + y * y >= far_from_[k] * far_from_[k];
}

void PlateRows::begin_tile(Tile& tile, const Point& middle) {
    tile.near.clear();
    far_.clear();
    for (std::size_t k = 0; k < plate_.from_.size(); ++k)
        (is_far(k, middle) ? far_ : tile.near).add(plate_.from_[k], plate_.weights_[k]);
    tile.has_far = far_.count() > 1;
    if (tile.has_far) return interpolate(middle, tile);
    for (int k = 0; k < far_.count(); ++k)
        tile.near.add(far_.centres[std::size_t(k)], far_.weights[std::size_t(k)]);
}

void PlateRows::interpolate(const Point& middle, Tile& tile) const {
    static_assert(tile_side % plate_lanes == 0 && tile_nodes % plate_lanes == 0, "whole registers");
    alignas(plate_alignment) Nodes along;
    for (std::size_t k = 0; k < tile_nodes; ++k) along[k] = middle.x + nodes_[k];
    // Even and odd parts across, of each row of nodes, as a line has them.
    std::array<std::array<double, tile_line>, tile_nodes> rows;
    for (std::size_t m = 0; m < tile_nodes; ++m) {
        alignas(plate_alignment) Nodes sum_x;
        alignas(plate_alignment) Nodes sum_y;
        const double y = middle.y + nodes_[m];
        const Point start = plate_.affine({0, y});
        kernels().plate_row({coordinates(far_.centres), coordinates(far_.weights), far_.count(),
                             centre_from_edge(start.x), centre_from_edge(start.y), plate_.of_x_.x,
                             plate_.of_x_.y, along.data(), y, tile_nodes, sum_x.data(), sum_y.data()});
        for (std::size_t q = 0; q < tile_terms; ++q) {
            const std::size_t mirrored = tile_nodes - 1 - q;
            rows[m][q] = sum_x[q] + sum_x[mirrored];
            rows[m][tile_terms + q] = sum_x[q] - sum_x[mirrored];
            rows[m][std::size_t{2} * tile_terms + q] = sum_y[q] + sum_y[mirrored];
            rows[m][std::size_t{3} * tile_terms + q] = sum_y[q] - sum_y[mirrored];
        }
    }
    alignas(plate_alignment) std::array<std::array<double, tile_line>, tile_nodes>
        parts;  // even ones down, and then odd ones
    for (std::size_t q = 0; q < tile_terms; ++q) {
        for (std::size_t k = 0; k < tile_line; ++k) {
            const double below = rows[q][k];
            const double above = rows[tile_nodes - 1 - q][k];
            parts[q][k] = below + above;
            parts[tile_terms + q][k] = below - above;
        }
    }
    if (!tile.lines) tile.lines = std::make_unique_for_overwrite<Lines>();
    kernels().tile({basis_, parts.front().data(), tile.lines->all.data()});
}

}  // namespace glimpse
