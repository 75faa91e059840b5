#include <optional>
#include <type_traits>
#include <utility>

#include "conversion/targets.hpp"
#include "glimpse/error.hpp"

namespace glimpse::conversion {

namespace {

using parameters::BoxOrder;

Carried in_order(const Mechanism& mechanism, BoxOrder order, const KnownImage& image) {
    Carried carried = std::visit([&](const auto& one) { return with_box(one, image); }, mechanism);
    carried.box_order = order;
    return carried;
}

/// The mechanism's box; null where its form has none.
template <typename One>
OrientedBox* box_of(One& one) {
    if constexpr (requires { typename One::BoxForm; }) return std::get_if<typename One::BoxForm>(&one.form);
    return nullptr;
}

void set_units(OrientedBox& box, Units units, const KnownImage& image) {
    if (box.units == units) return;
    const Size size = image.needed("what a fraction is");
    if (units == Units::pixels) {
        box.box = in_pixels(box, size);
    } else {
        box.box = {box.box.x / size.width, box.box.y / size.height, box.box.width / size.width,
                   box.box.height / size.height};
    }
    box.units = units;
}

/// Of what has no box.
template <typename One>
Carried others_in_units(const One& one, PointUnits units, const KnownImage& image) {
    if constexpr (std::is_same_v<One, SpatialTransformer> || std::is_same_v<One, Retina>) {
        return points_in_units(one, units, image);
    } else {
        throw Error("nothing of it has units: they are of boxes, and of points");
    }
}

}  // namespace

Carried with_box(const Filter& /*filter*/, const KnownImage& /*image*/) {
    throw Error("a filter has no box");
}

Carried with_box(const DeformablePoints& /*points*/, const KnownImage& /*image*/) {
    throw Error("points have no box");
}

Carried in_units(Carried carried, PointUnits units, const KnownImage& image) {
    const auto change = [&](auto& one) {
        if (OrientedBox* const box = box_of(one)) {
            set_units(*box, units == PointUnits::pixels ? Units::pixels : Units::fraction, image);
            carried.is_normalised = units == PointUnits::normalised;
            return std::optional<Carried>();
        }
        return std::optional(others_in_units(one, units, image));
    };
    std::optional<Carried> changed = std::visit(change, carried.mechanism);
    if (!changed) return carried;
    changed->has_same_kernel = changed->has_same_kernel && carried.has_same_kernel;
    changed->losses = std::move(carried.losses);
    changed->stand_in = std::move(carried.stand_in);
    return *std::move(changed);
}

std::vector<Target> box_targets() {
    constexpr std::array<std::string_view, 4> meanings{
        "the entry's own mechanism by a box [x, y, width, height]", "by a box [x0, y0, x1, y1]",
        "by a box [y0, x0, y1, x1]", "by a box [centre x, centre y, width, height]"};
    std::vector<Target> targets;
    for (std::size_t k = 0; k < parameters::box_orders.size(); ++k) {
        const auto& [word, order] = parameters::box_orders[k];
        targets.push_back(
            {word, meanings.at(k), [order = order](const Mechanism& mechanism, const KnownImage& image) {
                 return in_order(mechanism, order, image);
             }});
    }
    return targets;
}

}  // namespace glimpse::conversion
