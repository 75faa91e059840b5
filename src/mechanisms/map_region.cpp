#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "maps/overloaded.hpp"

// Where on an image a mask's map lies.

namespace glimpse {

namespace {

using mask_form::View;

/// Columns and rows: a side may be longer than an image's.
using Sides = std::array<std::int64_t, 2>;

Sides resized(const View& view, Size image) {
    const Sides sides{image.width, image.height};
    if (const auto* both = std::get_if<Size>(&view.resize)) return {both->width, both->height};
    const auto* shorter = std::get_if<int>(&view.resize);
    if (!shorter) return sides;
    const std::int64_t least = std::min(sides[0], sides[1]);
    return {sides[0] * *shorter / least, sides[1] * *shorter / least};
}

Sides shown(const View& view, const Sides& resized) {
    return view.crop ? Sides{view.crop->width, view.crop->height} : resized;
}

/// Where a crop begins on a side: half of what is left, to even, as Python rounds it. Of a side that is too
/// short it begins before it, where the zeros do.
std::int64_t crop_begin(std::int64_t side, std::int64_t cropped) {
    const std::int64_t left = side - cropped;
    if (left < 0) return -(-left / 2);
    return left / 2 + (left % 4 == 3 ? 1 : 0);
}

Box region_of(const View& view, Size image) {
    const Sides side = resized(view, image);
    const Sides crop = shown(view, side);
    const double x = double(image.width) / double(side[0]);
    const double y = double(image.height) / double(side[1]);
    return {double(crop_begin(side[0], crop[0])) * x, double(crop_begin(side[1], crop[1])) * y,
            double(crop[0]) * x, double(crop[1]) * y};
}

/// Keeps the sides of square cells, `least` to `most`, of which the side has so many; a part of one may have
/// been left out, or counted as a whole one.
void narrow(double& least, double& most, std::int64_t side, int cells) {
    least = std::max(least, double(side) / (cells + 1));
    if (cells > 1) most = std::min(most, double(side) / (cells - 1));
}

Size size_of_values(const Mask& mask) {
    const auto size = [](const cv::Mat& values) { return Size{values.cols, values.rows}; };
    return std::visit(overloaded{[&](const Mask::FileForm& form) { return size(form.values); },
                                 [&](const Mask::GridForm& form) { return size(form.values); },
                                 [](const auto& /*form*/) { return Size{}; }},
                      mask.form);
}

}  // namespace

Box map_region(const Mask& mask, Size image) {
    if (!mask.placement) return {0, 0, double(image.width), double(image.height)};
    const Box region = std::visit(overloaded{[](const Box& box) { return box; },
                                             [&](const View& view) { return region_of(view, image); }},
                                  *mask.placement);
    const bool is_apart = region.x >= image.width || region.x + region.width <= 0 ||
                          region.y >= image.height || region.y + region.height <= 0;
    if (is_apart) {
        throw Error("the map lies outside the image: on " + to_string(region) + ", and the image has " +
                    to_string(image) + " pixels");
    }
    return region;
}

std::optional<StretchedMap> stretched_map(const Mask& mask, Size image) {
    const Size map = size_of_values(mask);
    if (map.width == 0 || (mask.placement && std::holds_alternative<Box>(*mask.placement))) return {};
    Sides seen{image.width, image.height};
    if (mask.placement) {
        const auto& view = std::get<View>(*mask.placement);
        seen = shown(view, resized(view, image));
    }
    double least = 0;
    double most = std::numeric_limits<double>::infinity();
    narrow(least, most, seen[0], map.width);
    narrow(least, most, seen[1], map.height);
    if (least < most) return {};
    const auto length = [](std::int64_t side) {
        return static_cast<int>(std::min<std::int64_t>(side, std::numeric_limits<int>::max()));
    };
    return StretchedMap{map, {length(seen[0]), length(seen[1])}};
}

}  // namespace glimpse
