#include "mechanisms/sampled_crop.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/sampled_axes.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

using Rule = crop_form::SamplingRule;

/// Every sample of a bin is visited, inside the image or not.
void require_few_samples(const Crop::SampledForm& form, const Box& box, Size size) {
    constexpr double most = 1 << 24;
    const auto count = [&](double length, int pixels) {
        return form.samples > 0 ? double(form.samples) * pixels : length + pixels;
    };
    if (form.rule == Rule::crop_and_resize) return;
    if (count(box.width, size.width) <= most && count(box.height, size.height) <= most) return;
    throw InvalidParameter("/box", "it would take more than " + power_of_two(std::uint64_t{1} << 24) +
                                       " samples along a side; give a smaller box or fewer \"samples\"");
}

/// A side in pixels, edge coordinates.
struct SampledSide {
    double begin;
    double length;
};

/// Samples at one place see the pixels on both sides of it.
SampledSide sampled_side(double a, double b, Rule rule) {
    if (rule == Rule::roi_align_unaligned) return {a, std::max(b - a, 1.0)};
    return b > a ? SampledSide{a, b - a} : SampledSide{a - 0.5, 1};
}

std::string list_text(std::initializer_list<double> numbers) {
    std::vector<std::string> texts;
    for (const double number : numbers) texts.push_back(number_text(number));
    return "[" + join(texts) + "]";
}

/// In pixels, edge coordinates.
Box box_of(const Crop::SampledForm& form, Size image) {
    const auto& [x0, y0] = form.first;
    const auto& [x1, y1] = form.second;
    if (form.rule != Rule::crop_and_resize) {
        const SampledSide x = sampled_side(x0, x1, form.rule);
        const SampledSide y = sampled_side(y0, y1, form.rule);
        return {x.begin, y.begin, x.length, y.length};
    }
    const double columns = image.width - 1.0;
    const double rows = image.height - 1.0;
    return {std::min(x0, x1) * columns, std::min(y0, y1) * rows, std::abs(x1 - x0) * columns + 1,
            std::abs(y1 - y0) * rows + 1};
}

/// k_x and k_y.
Footprints::Means means_of(const Crop::TurnedForm& form, Size size) {
    constexpr double most_of_pixel = 1 << 20;
    constexpr double most = 0x1p32;
    const auto count = [&](double length, int pixels) -> double {
        // In float32, as detectron2.
        return form.samples > 0 ? static_cast<float>(form.samples)
                                : std::ceil(static_cast<float>(length) / static_cast<float>(pixels));
    };
    const double across = count(form.width, size.width);
    const double down = count(form.height, size.height);
    if (across * down <= most_of_pixel && across * down * static_cast<double>(size.area()) <= most)
        return {static_cast<int>(across), static_cast<int>(down)};
    throw InvalidParameter("/box", "it would take " + number_text(across) + "×" + number_text(down) +
                                       " samples for each glimpse pixel, and 2^20, and 2^32 for all of them, "
                                       "are the most; give a smaller box or fewer \"samples\"");
}

/// As its convention writes it.
std::string numbers_of(const Crop::SampledForm& form) {
    const auto& [x0, y0] = form.first;
    const auto& [x1, y1] = form.second;
    return form.rule == Rule::crop_and_resize ? "[y1, x1, y2, x2] = " + list_text({y0, x0, y1, x1})
                                              : "[x0, y0, x1, y1] = " + list_text({x0, y0, x1, y1});
}

std::string numbers_of(const Crop::TurnedForm& form) {
    const auto& [centre, width, height, angle, samples] = form;
    return "[centre x, centre y, width, height, angle] = " +
           list_text({centre.x, centre.y, width, height, angle}) + ", of degrees,";
}

[[noreturn]] void fail_outside(const std::string& numbers, Size image) {
    throw Error("the box " + numbers + " lies wholly outside the image of " + to_string(image) + " pixels" +
                remedy_of_padding);
}

bool is_filled(const Crop& crop) {
    return crop.padding || !std::holds_alternative<std::monostate>(crop.fill);
}

void require_constant_padding(const Crop& crop) {
    if (crop.padding.value_or(Padding::zeros) == Padding::zeros) return;
    throw InvalidParameter("/padding",
                           "what lies outside is a number here, or the mean: no border, and no "
                           "reflection");
}

/// Of a window that begins at `offset` along an axis; in float32, as TensorFlow, since it is truncated.
int beginning(double offset, int window, int size, const Crop::OffsetForm& form) {
    const float half = static_cast<float>(size) / 2;
    const float half_window = static_cast<float>(window) / 2;
    const float given = static_cast<float>(offset);
    const float normalised = form.normalised ? given * static_cast<float>(size) : given;
    float begin = normalised;
    if (form.version == 1) {
        begin = (form.centred ? normalised / 2 + half : normalised) - half_window;
    } else if (form.centred) {
        begin = form.normalised ? normalised / 2 + half - half_window : normalised + half;
    }
    constexpr float farthest = 1 << 29;
    if (std::abs(begin) < farthest) return static_cast<int>(begin);
    throw InvalidParameter("/offset", "the window begins less than " + power_of_two(std::uint64_t{1} << 29) +
                                          " pixels away, not at " + number_text(begin));
}

/// The corners along an axis whose samples lie on a line.
struct Corners {
    double first;
    double second;
};

Corners corners_of(const Line& line, Rule rule, int pixels, int size) {
    if (rule == Rule::crop_and_resize) {
        const double last = size - 1.0;
        if (pixels > 1) return {line.start / last, (line.start + (pixels - 1) * line.step) / last};
        return {(line.start - line.step / 2) / last, (line.start + line.step / 2) / last};
    }
    const double first = line.start - line.step / 2 + (rule == Rule::roi_align ? 0.5 : 0);
    return {first, first + pixels * line.step};
}

/// The offset with which a window begins at that pixel, centred and normalised, or the one that is rounded to
/// it where rounding errors would lead to its neighbour.
double offset_of(int begin, int window, int size, const Crop::OffsetForm& form) {
    const auto offset = [&](double start) { return 2 * (start + window / 2.0 - size / 2.0) / size; };
    const double exact = offset(begin);
    if (beginning(exact, window, size, form) == begin) return exact;
    return offset(begin + (begin < 0 ? -0.5 : 0.5));
}

}  // namespace

Affine matrix_of(const Crop::SampledForm& form, Size size, Size image) {
    const Line x = line_of({form.first.x, form.second.x, size.width, image.width}, form.rule);
    const Line y = line_of({form.first.y, form.second.y, size.height, image.height}, form.rule);
    return {{{{x.step, 0, x.start}, {0, y.step, y.start}}}};
}

Rectangle window_of(const Crop::OffsetForm& form, Size size, Size image) {
    return {beginning(form.offset.x, size.width, image.width, form),
            beginning(form.offset.y, size.height, image.height, form), size.width, size.height};
}

Crop::SampledForm sampled_form(const Affine& upright, crop_form::SamplingRule rule, Size size, Size image) {
    const auto& m = upright.m;
    const Corners x = corners_of({m[0][0], m[0][2]}, rule, size.width, image.width);
    const Corners y = corners_of({m[1][1], m[1][2]}, rule, size.height, image.height);
    return {.first = {x.first, y.first}, .second = {x.second, y.second}, .rule = rule};
}

Crop::OffsetForm offset_form(const Rectangle& window, int version, Size image) {
    Crop::OffsetForm form{.offset = {}, .version = version};
    form.offset = {offset_of(window.x, window.width, image.width, form),
                   offset_of(window.y, window.height, image.height, form)};
    return form;
}

void validate_sampled(const Crop& crop, const Crop::SampledForm& form) {
    const std::array<double, 4> numbers{form.first.x, form.first.y, form.second.x, form.second.y};
    for (const double number : numbers) require_finite(number, "/box");
    if (!crop.size) throw InvalidParameter("/size", "a box that is sampled needs a size [width, height]");
    require_glimpse_size(*crop.size, "/size");
    require_constant_padding(crop);
    if (form.samples < 0) throw InvalidParameter("/samples", "1 or more are needed");
    const bool may_be_nearest = form.rule == Rule::crop_and_resize;
    if (crop.interpolation == Resampling::bilinear ||
        (may_be_nearest && crop.interpolation == Resampling::nearest))
        return;
    throw InvalidParameter("/interpolation",
                           may_be_nearest ? "bilinear or nearest" : "roi-align is bilinear");
}

OrientedBox oriented_box(const Crop::TurnedForm& form) {
    const auto& [centre, width, height, angle, samples] = form;
    return {.box = {centre.x - width / 2, centre.y - height / 2, width, height}, .angle = -angle};
}

Crop::TurnedForm turned_form(const OrientedBox& box) {
    const auto& [x, y, width, height] = box.box;
    return {.centre = {x + width / 2, y + height / 2}, .width = width, .height = height, .angle = -box.angle};
}

void validate_turned(const Crop& crop, const Crop::TurnedForm& form) {
    require_box(oriented_box(form).box);
    require_finite(form.angle, "/box/4");
    if (!crop.size) throw InvalidParameter("/size", "a box that is sampled needs a size [width, height]");
    require_glimpse_size(*crop.size, "/size");
    require_constant_padding(crop);
    if (form.samples < 0) throw InvalidParameter("/samples", "1 or more are needed");
    if (crop.interpolation != Resampling::bilinear)
        throw InvalidParameter("/interpolation", "roi-align is bilinear");
}

void validate_offset(const Crop& crop, const Crop::OffsetForm& form) {
    require_finite(std::array{form.offset.y, form.offset.x}, "/offset");
    if (!crop.size) throw InvalidParameter("/size", "an offset needs a size [width, height]");
    require_glimpse_size(*crop.size, "/size");
    require_constant_padding(crop);
}

Lowered lower_sampled(const Crop& crop, const Crop::SampledForm& form, Size image) {
    const Size size = *crop.size;
    const Box box = box_of(form, image);
    require_few_samples(form, box, size);
    if (!is_filled(crop) && !overlaps(box, 0, image)) fail_outside(numbers_of(form), image);
    BandedMatrix x =
        sampled_axis({form.first.x, form.second.x, size.width, image.width}, form, crop.interpolation);
    BandedMatrix y =
        sampled_axis({form.first.y, form.second.y, size.height, image.height}, form, crop.interpolation);
    return {.map = {.image = image,
                    .glimpse = size,
                    .kind = Separable{.rows = std::move(y), .columns = std::move(x)}},
            .fill = crop.fill,
            .matrix = matrix_of(form, size, image)};
}

Lowered lower_turned(const Crop& crop, const Crop::TurnedForm& form, Size image) {
    const Size size = *crop.size;
    const OrientedBox box = oriented_box(form);
    const Footprints::Means means = means_of(form, size);
    if (!is_filled(crop) && !overlaps(box.box, box.angle, image)) fail_outside(numbers_of(form), image);
    const Affine matrix = box_to_image(box.box, size, box.angle);
    return {.map = {.image = image,
                    .glimpse = size,
                    .kind = Footprints{.points = matrix, .jacobians = {}, .means = means}},
            .fill = crop.fill,
            .matrix = matrix};
}

Lowered lower_offset(const Crop& crop, const Crop::OffsetForm& form, Size image) {
    const Size size = *crop.size;
    const Rectangle window = window_of(form, size, image);
    const Box box{double(window.x), double(window.y), double(size.width), double(size.height)};
    if (!is_filled(crop)) require_overlap(box, 0, image, remedy_of_padding);
    return {.map = {.image = image, .glimpse = size, .kind = Window{.x0 = window.x, .y0 = window.y}},
            .fill = crop.fill,
            .matrix = box_to_image(box, size)};
}

}  // namespace glimpse
