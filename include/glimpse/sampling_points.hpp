#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/point_field.hpp"

namespace glimpse {

/// T, the sampling points of a w×h glimpse: from glimpse pixel (j, i) to a point of the image, both in centre
/// coordinates. An affine map, which serves a glimpse of any size, or any other map, point by point: these
/// are listed, or a field makes them row by row, and a list is made of it once somebody asks for one. Copies
/// share the list. Where a field throws, or has other points than before, so do the functions that ask it.
class GLIMPSE_EXPORT SamplingPoints {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): an affine map is the points that it gives
    SamplingPoints(const Affine& affine = {}) : points_(affine) {}

    /// The w·h points in row order; one that is NaN sees nothing. `border` is what `border` returns, where it
    /// is known exactly. Throws `std::invalid_argument` unless these are whole rows of `width` points, one
    /// row at least.
    SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border = {});

    /// Those that a field makes; it is not null.
    explicit SamplingPoints(std::shared_ptr<const SamplingField> field);

    /// T(j, i); of listed ones, 0 ≤ j < w and 0 ≤ i < h.
    [[nodiscard]] Point at(int j, int i) const {
        const auto* map = affine();
        return map ? (*map)(j, i) : listed_at(j, i);
    }

    /// The affine map, or null.
    [[nodiscard]] const Affine* affine() const { return std::get_if<Affine>(&points_); }
    /// The list of all points that are not those of an affine map, made where a field has not been listed
    /// yet; else empty.
    [[nodiscard]] std::span<const Point> listed() const;

    /// The extent of points that are not those of an affine map, of which none is NaN; else null.
    [[nodiscard]] const Extent* listed_extent() const;

    /// Whether points came with their border.
    [[nodiscard]] bool has_known_border() const;

    /// A row of points that are not those of an affine map.
    struct Row {
        int i;
        std::span<const Point> points;  ///< w of them
        std::optional<Extent> extent;   ///< they lie in it; none where one is NaN
    };
    /// Calls visit(row) for each row, in order, without a list where a field makes them. Throws
    /// `std::logic_error` for an affine map.
    void for_each_row(const std::function<void(const Row&)>& visit) const;

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
    class List;
    [[nodiscard]] Point listed_at(int j, int i) const;
    std::variant<Affine, std::shared_ptr<const List>> points_;
};

}  // namespace glimpse
