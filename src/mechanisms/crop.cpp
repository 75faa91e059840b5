#include "glimpse/mechanisms/crop.hpp"

#include <algorithm>
#include <cmath>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/crop_pixels.hpp"
#include "mechanisms/resizing.hpp"
#include "mechanisms/sampled_crop.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// Resizing visits every pixel of the box, inside the image or not: longer boxes are refused, unless the
/// image is as long.
constexpr int longest_resized = 1 << 22;

void require_resizable(const Rectangle& box, Size image) {
    const auto too_long = [](int length, int size) { return length > std::max(longest_resized, size); };
    if (too_long(box.width, image.width) || too_long(box.height, image.height)) {
        throw InvalidParameter("/box", "a box to be resized is at most " + power_of_two(longest_resized) +
                                           " pixels long, or as long as the image");
    }
}

}  // namespace

Rectangle rounded_to_pixels(const Box& box) {
    constexpr int farthest_edge = 1 << 29;
    for (const double edge : {box.x, box.y, box.x + box.width, box.y + box.height}) {
        if (std::abs(edge) < farthest_edge) continue;
        throw InvalidParameter("/box", "the edges of a crop's box are less than " +
                                           power_of_two(farthest_edge) + " pixels away, not as those of " +
                                           to_string(box));
    }
    return rounded(box);
}

namespace {

Lowered lower_box(const Crop& crop, Size image) {
    const Box given = box_in_pixels(crop, image);
    if (!crop.size) require_short_sides(given);
    const Rectangle box = rounded_to_pixels(given);
    const Padding padding = crop.padding.value_or(Padding::zeros);
    const Box edges{double(box.x), double(box.y), double(box.width), double(box.height)};
    const Size size = crop.size.value_or(box.size());
    require_glimpse_size(size, crop.size ? "/size" : "/box");

    Lowered lowered{.map = {.image = image, .glimpse = size, .kind = {}},
                    .fill = crop.fill,
                    .matrix = box_to_image(edges, size)};
    if (size == box.size() && (padding == Padding::zeros || whole(image).contains(box))) {
        lowered.map.kind = Window{.x0 = box.x, .y0 = box.y};
    } else {
        if (size != box.size()) require_resizable(box, image);
        const auto resized = [&](const CroppedAxis& axis) { return resized_axis(axis, crop.interpolation); };
        lowered.map.kind =
            Separable{.rows = resized({box.y, box.height, size.height, image.height, padding}),
                      .columns = resized({box.x, box.width, size.width, image.width, padding})};
    }
    return lowered;
}

BandedMatrix index_axis(const std::vector<int>& indices, int size, const char* field) {
    BandedMatrix matrix(size);
    constexpr double one = 1;
    for (std::size_t n = 0; n < indices.size(); ++n) {
        if (indices[n] >= size) {
            throw InvalidParameter(std::string(field) + "/" + std::to_string(n),
                                   "the image has no index " + std::to_string(indices[n]) + ", only 0 to " +
                                       std::to_string(size - 1));
        }
        matrix.append_row(indices[n], {&one, 1});
    }
    return matrix;
}

/// Start and step of equally spaced indices, so that the map has a matrix.
std::optional<std::pair<int, int>> progression(const std::vector<int>& indices) {
    const int step = indices.size() > 1 ? indices[1] - indices[0] : 1;
    for (std::size_t n = 1; n < indices.size(); ++n) {
        if (indices[n] - indices[n - 1] != step) return std::nullopt;
    }
    return std::pair{indices.front(), step};
}

}  // namespace

std::optional<Affine> matrix_of(const Crop::IndexForm& form) {
    const auto x = progression(form.columns);
    const auto y = progression(form.rows);
    if (!x || !y) return std::nullopt;
    return Affine{{{{double(x->second), 0, double(x->first)}, {0, double(y->second), double(y->first)}}}};
}

namespace {

Lowered lower_indices(const Crop::IndexForm& form, Size image) {
    const Size size{static_cast<int>(form.columns.size()), static_cast<int>(form.rows.size())};
    Lowered lowered{.map = {.image = image,
                            .glimpse = size,
                            .kind = Separable{.rows = index_axis(form.rows, image.height, "/rows"),
                                              .columns = index_axis(form.columns, image.width, "/columns")}}};
    lowered.matrix = matrix_of(form);
    return lowered;
}

void validate_indices(const std::vector<int>& indices, const std::string& field) {
    if (indices.empty()) throw InvalidParameter(field, "a list of indices has at least one");
    for (std::size_t n = 0; n < indices.size(); ++n) {
        if (indices[n] < 0) {
            throw InvalidParameter(field + "/" + std::to_string(n),
                                   "an index is 0 or more, not " + std::to_string(indices[n]));
        }
    }
}

}  // namespace

void validate(const Crop& crop) {
    require_float32(crop.fill);
    std::visit(
        overloaded{[&](const Crop::BoxForm& form) {
                       require_box(form.box);
                       require_upright(form, Crop::name);
                       if (crop.size) {
                           require_glimpse_size(*crop.size, "/size");
                       } else if (form.units == Units::pixels) {
                           require_short_sides(form.box);
                           require_glimpse_size(rounded(form.box).size(), "/box");
                       }
                   },
                   [&](const Crop::IndexForm& form) {
                       if (crop.size) {
                           throw InvalidParameter("/size", "rows and columns give the glimpse its size");
                       }
                       validate_indices(form.rows, "/rows");
                       validate_indices(form.columns, "/columns");
                       require_glimpse_size({int(form.columns.size()), int(form.rows.size())}, "/rows");
                   },
                   [&](const Crop::SampledForm& form) { validate_sampled(crop, form); },
                   [&](const Crop::OffsetForm& form) { validate_offset(crop, form); },
                   [&](const Crop::TurnedForm& form) { validate_turned(crop, form); }},
        crop.form);
}

Lowered lower(const Crop& crop, Size image) {
    validate(crop);
    return std::visit(
        overloaded{[&](const Crop::BoxForm&) { return lower_box(crop, image); },
                   [&](const Crop::IndexForm& form) { return lower_indices(form, image); },
                   [&](const Crop::SampledForm& form) { return lower_sampled(crop, form, image); },
                   [&](const Crop::OffsetForm& form) { return lower_offset(crop, form, image); },
                   [&](const Crop::TurnedForm& form) { return lower_turned(crop, form, image); }},
        crop.form);
}

}  // namespace glimpse
