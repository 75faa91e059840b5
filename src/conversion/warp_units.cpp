#include <algorithm>

#include "conversion/targets.hpp"
#include "conversion/warp_forms.hpp"
#include "glimpse/error.hpp"
#include "mechanisms/normalised.hpp"

namespace glimpse::conversion {

namespace {

/// A warp's points in units that are not normalised.
struct InUnits {
    const SpatialTransformer& transformer;
    Units wanted;
    const KnownImage& image;

    [[nodiscard]] double scaled(double value, double by) const {
        return wanted == Units::fraction ? value / by : value * by;
    }
    [[nodiscard]] Point scaled(const Point& p, Size by) const {
        return {scaled(p.x, by.width), scaled(p.y, by.height)};
    }
    [[nodiscard]] Size size() const { return image.needed("what a fraction is"); }

    Warp operator()(QuadWarp quad) const {
        if (quad.units == wanted) return quad;
        for (Point& corner : quad.corners) corner = scaled(corner, size());
        quad.units = wanted;
        return quad;
    }
    Warp operator()(ThinPlateWarp plate) const {
        if (plate.units == wanted) return plate;
        for (Point& point : plate.from) point = scaled(point, transformer.size.value());
        for (Point& point : plate.to) point = scaled(point, size());
        plate.units = wanted;
        return plate;
    }
    Warp operator()(LogPolarWarp circles) const {
        if (circles.units == wanted) return circles;
        circles.centre = scaled(circles.centre, size());
        for (double& radius : circles.radius) radius = scaled(radius, std::min(size().width, size().height));
        circles.units = wanted;
        return circles;
    }
    template <typename Other>
    Warp operator()(const Other& /*other*/) const {
        throw Error("it has no units that can be chosen: a matrix and a flow are in pixels");
    }
};

/// What writes a grid's points, which a mechanism has as they came, in other units.
std::function<void(Json&)> grid_in_units(const SpatialTransformer& transformer, PointUnits units,
                                         const KnownImage& image) {
    if (units == PointUnits::fraction) throw Error("a grid is in pixels, or normalised");
    const Sight sight = sight_of(transformer, image);
    const bool is_normalised = units == PointUnits::normalised;
    const Size size = image.needed_if(is_normalised, "what is normalised");
    const ToPixels x = to_pixels(size.width, transformer.align_corners);
    const ToPixels y = to_pixels(size.height, transformer.align_corners);
    if (is_normalised && (x.slope == 0 || y.slope == 0))
        throw Error("an image of one row or column has no corners to align");
    Json rows = Json::array();
    for (int i = 0; i < sight.size.height; ++i) {
        Json row = Json::array();
        for (int j = 0; j < sight.size.width; ++j) {
            const Point at = sight.points.at(j, i);
            row.push_back(is_normalised ? Json{x.inverse(at.x), y.inverse(at.y)} : Json{at.x, at.y});
        }
        rows.push_back(std::move(row));
    }
    return [rows, is_normalised](Json& keys) {
        keys["grid"] = rows;
        keys.erase("units");
        if (!is_normalised) keys["units"] = "pixels";
    };
}

}  // namespace

Carried points_in_units(const SpatialTransformer& transformer, PointUnits units, const KnownImage& image) {
    const Warp* const warp = warp_of(transformer);
    if (!warp) throw Error("nothing of it has units: they are of boxes, and of points");
    Carried carried{.mechanism = transformer, .has_same_kernel = true};
    if (std::holds_alternative<GridWarp>(*warp)) {
        carried.rewrite = grid_in_units(transformer, units, image);
        return carried;
    }
    if (units == PointUnits::normalised) throw Error("only boxes, centres and grids are normalised");
    const Units wanted = units == PointUnits::fraction ? Units::fraction : Units::pixels;
    std::get<SpatialTransformer>(carried.mechanism).form =
        warp_form(std::visit(InUnits{transformer, wanted, image}, *warp));
    return carried;
}

}  // namespace glimpse::conversion
