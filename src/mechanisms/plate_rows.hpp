#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "glimpse/geometry.hpp"
#include "kernels/kernels.hpp"
#include "mechanisms/thin_plate.hpp"

namespace glimpse {

/// Where a thin plate takes the centres of a glimpse's pixels, row by row, to `plate_tolerance`.
///
/// The glimpse is divided into squares of 64×64 pixels. In each of them the terms w U(|p - a|) of far a_k and
/// the affine part are together a polynomial, which interpolates them at 16×16 Chebyshev points, and only
/// those of near ones are summed for each pixel. Along a line at least r away from a, |∂ⁿU/∂xⁿ| ≤ 4 (n-1)
/// (n-3)! / r^(n-2) for n ≥ 3, which the real part of 2 z̄ z log z, z = x + iy, shows. Interpolation at n
/// Chebyshev points of
/// [-h, h] differs by at most 2 (h/2)ⁿ/n! of its n-th derivative, and that of both axes by 1 + Λ times as
/// much, Λ ≤ 1 + 2/π log n being Lebesgue's constant:
///
///   |error| ≤ (1 + Λ) |w| 8/(n (n-2)) (h/2)² (h/(2r))^(n-2)
class PlateRows {
  public:
    PlateRows(const ThinPlate& plate, Size glimpse);

    /// The pixels of row i from `first` on, a multiple of `plate_lanes`; centre coordinates. The next rows of
    /// the same squares take less time.
    void list(int i, int first, std::span<Point> pixels);

  private:
    /// a_k, and w_k, one after another.
    struct Terms {
        std::vector<Point> centres;
        std::vector<Point> weights;
        [[nodiscard]] int count() const { return static_cast<int>(centres.size()); }
        void add(const Point& centre, const Point& weight) {
            centres.push_back(centre);
            weights.push_back(weight);
        }
        void clear() {
            centres.clear();
            weights.clear();
        }
    };
    /// A polynomial, line by line.
    struct Lines {
        alignas(plate_alignment) std::array<double, std::size_t(tile_side) * tile_line> all;
    };
    /// A square of pixels.
    struct Tile {
        alignas(plate_alignment) std::array<double, tile_side> columns{};  ///< the pixels' x
        std::unique_ptr<Lines> lines;                                      ///< if it has far terms
        Terms near;
        int top = -1;  ///< its first row; none yet
        bool has_far = false;
    };

    /// The tile that row i of the glimpse crosses with column j.
    Tile& tile_at(int i, std::size_t j);
    /// `middle` is normalised, as are all lengths here.
    void begin_tile(Tile& tile, const Point& middle);
    [[nodiscard]] bool is_far(std::size_t k, const Point& middle) const;
    /// The polynomial of the far terms about the middle of a square.
    void interpolate(const Point& middle, Tile& tile) const;

    const ThinPlate& plate_;
    std::vector<Tile> tiles_;               ///< from the left
    std::array<double, tile_nodes> nodes_;  ///< from the middle of a square, along either axis
    double half_side_;                      ///< h
    const double* basis_;                   ///< of the kernels
    std::vector<double> far_from_;          ///< the least r at which the term of a_k is far
    Terms far_;                             ///< of the tile that is begun
};

/// The bytes that they take for a glimpse of that width and a plate of so many points.
constexpr std::int64_t plate_rows_memory(int width, std::int64_t points) {
    constexpr std::int64_t of_lines =
        (std::int64_t{tile_side} + 1) * tile_line * std::int64_t{sizeof(double)};
    constexpr std::int64_t of_point = 4 * std::int64_t{sizeof(Point)};  // a place and a weight, as lists grow
    return (width / tile_side + 1) * (of_lines + points * of_point);
}

/// In pixels of the image: rows of affine points are as near.
inline constexpr double plate_tolerance = 4e-9;

}  // namespace glimpse
