#include "mechanisms/plate_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace glimpse {

namespace {

/// How far the outermost pixels' centres are from the middle of a square.
constexpr double half_side = (tile_side - 1) / 2.0;

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
    static const Basis all = [] {
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
    : plate_(plate), tiles_(std::size_t((glimpse.width + tile_side - 1) / tile_side)) {
    const int columns = static_cast<int>(tiles_.size()) * tile_side;
    for (int j = 0; j < columns; ++j) columns_.push_back(plate.normalised({edge_from_centre(j), 0}).x);
}

void PlateRows::list(int i, std::span<Point> row) {
    if (i % tile_side == 0) {
        Point middle{tile_side / 2.0, i + tile_side / 2.0};
        for (Tile& tile : tiles_) {
            begin_tile(tile, middle);
            middle.x += tile_side;
        }
    }
    std::size_t left = 0;
    for (const Tile& tile : tiles_) {
        const std::size_t width = std::min<std::size_t>(tile_side, row.size() - left);
        list_tile(tile, i, static_cast<int>(left), row.subspan(left, width));
        left += width;
    }
}

bool PlateRows::is_far(std::size_t k, const Point& middle) const {
    constexpr int n = tile_nodes;
    constexpr double lebesgue = 1 + 2 / std::numbers::pi * 3 * std::numbers::ln2;  // of 8 = 2³ points
    constexpr double factor = (1 + lebesgue) * 8 / (n * (n - 2)) / 4;
    const double h = half_side / plate_.scale_;
    const Point m = plate_.normalised(middle);
    const Point& a = plate_.from_[k];
    const Point& w = plate_.weights_[k];
    const double r =
        std::hypot(std::max(0.0, std::abs(m.x - a.x) - h), std::max(0.0, std::abs(m.y - a.y) - h));
    const double error = factor * h * h * std::pow(h / (2 * r), n - 2) * std::hypot(w.x, w.y);
    return error * static_cast<double>(plate_.from_.size()) <= plate_tolerance;
}

void PlateRows::begin_tile(Tile& tile, const Point& middle) {
    tile.near = {};
    Terms far;
    for (std::size_t k = 0; k < plate_.from_.size(); ++k) {
        Terms& terms = is_far(k, middle) ? far : tile.near;
        terms.add(plate_.from_[k], plate_.weights_[k]);
    }
    tile.has_far = far.count() > 1;
    if (tile.has_far) return interpolate(far, middle, tile);
    for (int k = 0; k < far.count(); ++k)
        tile.near.add(far.centres[std::size_t(k)], far.weights[std::size_t(k)]);
}

void PlateRows::interpolate(const Terms& far, const Point& middle, Tile& tile) const {
    static const Nodes nodes = chebyshev_nodes();
    Nodes along;
    for (std::size_t k = 0; k < nodes.size(); ++k) along[k] = plate_.normalised({middle.x + nodes[k], 0}).x;
    // Even and odd parts across, of each row of nodes, as a line has them.
    std::array<std::array<double, tile_line>, tile_nodes> rows;
    for (std::size_t m = 0; m < nodes.size(); ++m) {
        Nodes sum_x{};
        Nodes sum_y{};
        kernels().plate_row({&far.centres.front().x, &far.weights.front().x, far.count(), along.data(),
                             plate_.normalised({0, middle.y + nodes[m]}).y, tile_nodes, sum_x.data(),
                             sum_y.data()});
        for (std::size_t q = 0; q < tile_terms; ++q) {
            const std::size_t mirrored = tile_nodes - 1 - q;
            rows[m][q] = sum_x[q] + sum_x[mirrored];
            rows[m][tile_terms + q] = sum_x[q] - sum_x[mirrored];
            rows[m][std::size_t{2} * tile_terms + q] = sum_y[q] + sum_y[mirrored];
            rows[m][std::size_t{3} * tile_terms + q] = sum_y[q] - sum_y[mirrored];
        }
    }
    std::array<std::array<double, tile_line>, tile_nodes> parts;  // even ones down, and then odd ones
    for (std::size_t q = 0; q < tile_terms; ++q) {
        for (std::size_t k = 0; k < tile_line; ++k) {
            const double below = rows[q][k];
            const double above = rows[tile_nodes - 1 - q][k];
            parts[q][k] = below + above;
            parts[tile_terms + q][k] = below - above;
        }
    }
    kernels().tile({basis().data(), parts.front().data(), tile.lines.data()});
}

void PlateRows::list_tile(const Tile& tile, int i, int left, std::span<Point> pixels) const {
    static_assert(tile_side % plate_lanes == 0 && tile_nodes % plate_lanes == 0, "whole registers");
    const double down = plate_.normalised({0, edge_from_centre(i)}).y;
    const double* const x = columns_.data() + left;
    std::array<double, tile_side> sum_x;
    std::array<double, tile_side> sum_y;
    for (std::size_t j = 0; j < tile_side; ++j) {
        const Point affine = plate_.affine({x[j], down});
        sum_x[j] = affine.x;
        sum_y[j] = affine.y;
    }
    if (tile.has_far) {
        const std::size_t line = std::size_t(i % tile_side) * tile_line;
        kernels().tile_row({basis().data(), tile.lines.data() + line, sum_x.data(), sum_y.data()});
    }
    if (tile.near.count() > 0) {
        kernels().plate_row({&tile.near.centres.front().x, &tile.near.weights.front().x, tile.near.count(), x,
                             down, tile_side, sum_x.data(), sum_y.data()});
    }
    for (std::size_t j = 0; j < pixels.size(); ++j)
        pixels[j] = {centre_from_edge(sum_x[j]), centre_from_edge(sum_y[j])};
}

}  // namespace glimpse
