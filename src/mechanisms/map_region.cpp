#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/tokens.hpp"

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
    // Multiplied first: a view of everything is exactly the image.
    const auto x = [&](std::int64_t length) { return double(length) * image.width / double(side[0]); };
    const auto y = [&](std::int64_t length) { return double(length) * image.height / double(side[1]); };
    return {x(crop_begin(side[0], crop[0])), y(crop_begin(side[1], crop[1])), x(crop[0]), y(crop[1])};
}

/// Whether so many columns and rows of square cells have these sides, where each side has up to `above` of a
/// cell that was not counted, or of its cells the last has as little as 1 - `below` on it.
bool may_be_square(const Sides& sides, Size cells, int below, int above) {
    const auto least = [&](std::int64_t side, int n) { return double(side) / (n + above); };
    const auto most = [&](std::int64_t side, int n) {
        return n > below ? double(side) / (n - below) : std::numeric_limits<double>::infinity();
    };
    return std::max(least(sides[0], cells.width), least(sides[1], cells.height)) <=
           std::min(most(sides[0], cells.width), most(sides[1], cells.height));
}

/// Empty where they are not known, or the mask has none.
const cv::Mat& values_of(const Mask& mask) {
    static const cv::Mat none;
    if (const auto* const file = std::get_if<Mask::FileForm>(&mask.form)) return file->values;
    if (const auto* const grid = std::get_if<Mask::GridForm>(&mask.form)) return grid->values;
    return none;
}

/// What the map was made of, where no box says where it lies.
Sides seen_by(const Mask& mask, Size image) {
    const std::optional<mask_form::Placement>& placement = mask.map().placement;
    if (!placement) return {image.width, image.height};
    const auto& view = std::get<View>(*placement);
    return shown(view, resized(view, image));
}

}  // namespace

Box map_region(const Mask& mask, Size image) {
    const std::optional<mask_form::Placement>& placement = mask.map().placement;
    if (!placement) return {0, 0, double(image.width), double(image.height)};
    const Box region = std::visit(overloaded{[](const Box& box) { return box; },
                                             [&](const View& view) { return region_of(view, image); }},
                                  *placement);
    const bool is_apart = region.x >= image.width || region.x + region.width <= 0 ||
                          region.y >= image.height || region.y + region.height <= 0;
    if (is_apart) {
        throw InvalidParameter("/within", "the map lies outside the image: on " + to_string(region) +
                                              ", and the image has " + to_string(image) + " pixels");
    }
    return region;
}

std::optional<StretchedMap> stretched_map(const Mask& mask, Size image) {
    const cv::Mat& values = values_of(mask);
    const std::optional<mask_form::Placement>& placement = mask.map().placement;
    if (values.empty() || (placement && std::holds_alternative<Box>(*placement))) return {};
    const Size map{values.cols, values.rows};
    const Sides seen = seen_by(mask, image);
    if (may_be_square(seen, map, 0, 1) || may_be_square(seen, map, 1, 0)) return {};
    const auto length = [](std::int64_t side) {
        return static_cast<int>(std::min<std::int64_t>(side, std::numeric_limits<int>::max()));
    };
    return StretchedMap{
        .map = map, .seen = {length(seen[0]), length(seen[1])}, .by_view = placement.has_value()};
}

std::optional<TokenCounts> tokens_of_map(const Mask& mask, Size image) {
    const auto* const file = std::get_if<Mask::FileForm>(&mask.form);
    if (mask.is_picture || (file && file->array && file->array->is_of_tokens())) return {};
    const cv::Mat& values = values_of(mask);
    const auto tokens = tokens_of_size({values.cols, values.rows});
    if (!tokens) return {};
    const std::optional<mask_form::Placement>& placement = mask.map().placement;
    const auto* const box = placement ? std::get_if<Box>(&*placement) : nullptr;
    const Rectangle lies_on = box ? rounded(*box) : Rectangle{};
    const Sides seen = box ? Sides{lies_on.width, lies_on.height} : seen_by(mask, image);
    const bool is_of_pixels = seen == Sides{values.cols, values.rows};
    return is_of_pixels || is_drawn(values) ? std::nullopt : tokens;
}

}  // namespace glimpse
