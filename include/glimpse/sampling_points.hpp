#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// T, the sampling points of a w×h glimpse: from glimpse pixel (j, i) to a point of the image, both in centre
/// coordinates. An affine map, which serves a glimpse of any size, or any other map, listed point by point.
class GLIMPSE_EXPORT SamplingPoints {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): an affine map is the points that it gives
    SamplingPoints(const Affine& affine = {}) : points_(affine) {}

    /// The w·h points in row order; one that is NaN sees nothing. `border` is what `border` returns, where it
    /// is known exactly. Throws `std::invalid_argument` unless these are whole rows of `width` points, one
    /// row at least.
    SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border = {});
    /// The same where the extent of the points is known, or none of it since one is NaN.
    SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border,
                   const std::optional<Extent>& extent);

    /// T(j, i); of listed ones, 0 ≤ j < w and 0 ≤ i < h.
    [[nodiscard]] Point at(int j, int i) const {
        if (const auto* affine = std::get_if<Affine>(&points_)) return (*affine)(j, i);
        const auto& [points, width, border, extent] = *std::get_if<List>(&points_);
        return points[static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(j)];
    }

    /// The affine map, or null.
    [[nodiscard]] const Affine* affine() const { return std::get_if<Affine>(&points_); }
    /// The list, or null.
    [[nodiscard]] const std::vector<Point>* listed() const {
        const auto* list = std::get_if<List>(&points_);
        return list ? &list->points : nullptr;
    }

    /// The extent of listed points, of which none is NaN; else null.
    [[nodiscard]] const Extent* listed_extent() const {
        const auto* list = std::get_if<List>(&points_);
        return list && list->extent ? &*list->extent : nullptr;
    }

    /// Whether listed points came with their border.
    [[nodiscard]] bool has_known_border() const {
        const auto* list = std::get_if<List>(&points_);
        return list && !list->border.empty();
    }

    /// The border of the glimpse carried into the image, a closed polygon in edge coordinates, clockwise in
    /// the glimpse from its corner (0, 0): the four corners, and for listed points the middle of each border
    /// pixel's outer edge as well, which is half a pixel beyond its centre by the Jacobian, unless they came
    /// with their border.
    [[nodiscard]] std::vector<Point> border(Size size) const;

    /// The extent of the points, centre coordinates; w, h ≥ 1.
    [[nodiscard]] Extent bounds(Size size) const;

    /// [[∂x/∂j, ∂x/∂i], [∂y/∂j, ∂y/∂i]], in image pixels per glimpse pixel.
    using Jacobian = std::array<std::array<double, 2>, 2>;

    /// The Jacobian of T at pixel (j, i), 0 ≤ j < w and 0 ≤ i < h. For listed points by central differences,
    /// one-sided at the border of the glimpse; along an axis of a single pixel the image's own, 1.
    [[nodiscard]] Jacobian jacobian(int j, int i) const;

    /// The same points of an image shrunk n ≥ 1 times: (x + ½) / n - ½ along each axis.
    [[nodiscard]] SamplingPoints shrunk(int n) const;

  private:
    struct List {
        std::vector<Point> points;
        int width;
        std::vector<Point> border;     ///< empty where it is not known
        std::optional<Extent> extent;  ///< of the points, where none is NaN
    };
    std::variant<Affine, List> points_;
};

}  // namespace glimpse
