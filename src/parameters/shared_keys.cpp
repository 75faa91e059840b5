#include "parameters/shared_keys.hpp"

#include <array>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/conventions.hpp"
#include "parameters/numbers.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr const char* box_words = "[x, y, width, height]";
constexpr const char* size_words = "[width, height]";
constexpr std::array<std::string_view, 4> box_members{"x", "y", "width", "height"};
constexpr std::array<std::string_view, 4> corner_members{"x0", "y0", "x1", "y1"};
constexpr std::array<std::string_view, 4> row_first_members{"y0", "x0", "y1", "x1"};
constexpr std::array<std::string_view, 4> centre_members{"cx", "cy", "width", "height"};
constexpr std::array<std::string_view, 4> exchanged_members{"y", "x", "height", "width"};
constexpr std::array<std::string_view, 2> size_members{"width", "height"};

constexpr std::array<std::pair<std::string_view, Units>, 2> units_words{
    {{"pixels", Units::pixels}, {"fraction", Units::fraction}}};

enum class PaddingWord { zeros, border, reflection, mean, truncated_mean };
constexpr std::array<std::pair<std::string_view, PaddingWord>, 5> padding_words{
    {{"zeros", PaddingWord::zeros},
     {"border", PaddingWord::border},
     {"reflection", PaddingWord::reflection},
     {"mean", PaddingWord::mean},
     {"truncated-mean", PaddingWord::truncated_mean}}};

/// The names of a box's numbers, in their order.
std::span<const std::string_view> names_of(BoxOrder order) {
    switch (order) {
        case BoxOrder::xyxy:
            return corner_members;
        case BoxOrder::yxyx:
            return row_first_members;
        case BoxOrder::cxcywh:
            return centre_members;
        case BoxOrder::yxhw:
            return exchanged_members;
        case BoxOrder::pysot:
        case BoxOrder::siamfc:
        case BoxOrder::xywh:
            break;
    }
    return box_members;
}

/// Of -1 to 1, the image's outer edges.
Box fractions_of_normalised(const Box& box) {
    return {(box.x + 1) / 2, (box.y + 1) / 2, box.width / 2, box.height / 2};
}

}  // namespace

Key box_key() {
    return {
        .name = "box",
        .forms = {"box"},
        .type = or_reference({box_words, "width > 0, height > 0", numbers_type("", 4).schema}, true),
        .unit = "pixels, or fractions of the image's width and height",
        .meaning = "The region looked at, from the image's top left edge. Its convention may be another."};
}

Key units_key() {
    return enum_key("units", {"box"}, point_units, PointUnits::pixels, "What the box is measured in.");
}

Key box_convention_key() {
    return convention_key({"box"}, words_of(box_orders),
                          "The order of the box's numbers: xyxy and yxyx are two corners.");
}

Key angle_key() {
    return {.name = "angle",
            .forms = {"box"},
            .type = or_reference(number_type()),
            .unit = "degrees",
            .default_value = number_text(OrientedBox{}.angle),
            .meaning = "Turns the box clockwise on the screen, about its centre."};
}

Key size_key(std::vector<std::string_view> forms) {
    return {
        .name = "size",
        .forms = std::move(forms),
        .type = or_reference(
            {size_words, "width ≥ 1, height ≥ 1, width · height ≤ " + power_of_two(maximum_glimpse_pixels),
             R"("type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 1, "maximum": )" +
                 std::to_string(maximum_glimpse_pixels) + "}"},
            true),
        .unit = "pixels",
        .meaning = "The glimpse's size. Without it, the caller's default, or else the box's own."};
}

std::string one_or_more_schemas() {
    const std::string limit = number_text(beyond_float32);
    const std::string number = "{" + number_type().schema + R"(, "exclusiveMinimum": -)" + limit +
                               R"(, "exclusiveMaximum": )" + limit + "}";
    return number + R"(, {"type": "array", "minItems": 1, "items": )" + number + "}, {" +
           std::string(reference_schema) + "}";
}

Key padding_key(std::vector<std::string_view> forms) {
    return {.name = "padding",
            .forms = std::move(forms),
            .type = {enum_type<PaddingWord>(padding_words).words +
                         ", a number, a number for each channel, or a reference",
                     "of float32",
                     R"("anyOf": [{)" + enum_type<PaddingWord>(padding_words).schema + "}, " +
                         one_or_more_schemas() + "]"},
            .unit = "the image's values",
            .default_value = quoted_word<PaddingWord>(padding_words, PaddingWord::zeros),
            .meaning = "What lies outside the image."};
}

OrientedBox read_box(Entry& entry, const ReadingContext& context) {
    return read_box(entry, read_convention<BoxOrder>(entry, box_orders, BoxOrder::xywh, context), context);
}

OrientedBox read_box(Entry& entry, BoxOrder order, const ReadingContext& context) {
    if (is_tracker_window(order))
        entry.refuse_own("units", "the convention's boxes are in pixels: leave it out");
    const Value value = *entry.take("box");
    if (is_tracker_window(order) && context.defaults.makes_windows)
        value.fail("its convention makes a tracker's window of it, and so would " +
                   field_name("adjustment.tracker") + ": leave one of both out");
    const std::vector<double> n = numbers(value, {names_of(order)}, box_words, context);
    const Box box = [&] {
        try {
            return box_in_order({n[0], n[1], n[2], n[3]}, order);
        } catch (const Error& error) {
            value.fail(error.what());
        }
    }();
    if (is_tracker_window(order)) return {box, Units::pixels};
    const std::optional<Value> given = entry.take("units");
    const PointUnits units = given ? word<PointUnits>(*given, point_units) : PointUnits::pixels;
    if (units == PointUnits::normalised) {
        try {
            require_box(box);  // as it is written
        } catch (const InvalidParameter& error) {
            value.fail(error.what());
        }
        return {fractions_of_normalised(box), Units::fraction};
    }
    return {box, units == PointUnits::pixels ? Units::pixels : Units::fraction};
}

double read_angle(Entry& entry, const ReadingContext& context) {
    const std::optional<Value> angle = entry.take("angle");
    return angle ? number(*angle, context) : OrientedBox{}.angle;
}

void refuse_antialiasing(Entry& entry, const std::string& rule) {
    const std::optional<Value> antialias = entry.peek("antialias");
    if (antialias && !boolean(*antialias)) {
        entry.take("antialias");
    } else {
        entry.refuse_own("antialias", rule);
    }
}

Units read_units(Entry& entry) {
    const std::optional<Value> units = entry.take("units");
    return units ? word<Units>(*units, units_words) : OrientedBox{}.units;
}

std::optional<Size> read_size(Entry& entry, const ReadingContext& context) {
    const std::optional<Value> size = entry.take("size");
    if (!size) return context.defaults.size;
    const std::vector<int> lengths = integers(*size, {size_members}, size_words, context);
    return Size{lengths[0], lengths[1]};
}

PaddingAndFill read_padding(Entry& entry, const ReadingContext& context, Fill otherwise) {
    const std::optional<Value> padding = entry.take("padding");
    if (!padding) return {{}, std::move(otherwise)};
    if (auto given = one_or_more(*padding, context)) return {{}, Constant{*std::move(given)}};
    if (!padding->is_string()) {
        padding->fail(enum_type<PaddingWord>(padding_words).words +
                      ", a number, an array of numbers or a reference is needed");
    }
    switch (word<PaddingWord>(*padding, padding_words)) {
        case PaddingWord::border:
            return {Padding::border, {}};
        case PaddingWord::reflection:
            return {Padding::reflection, {}};
        case PaddingWord::mean:
            return {{}, MeanOfImage{}};
        case PaddingWord::truncated_mean:
            return {{}, MeanOfImage{.is_truncated = true}};
        case PaddingWord::zeros:
            break;
    }
    return {Padding::zeros, {}};
}

void write_box(const OrientedBox& box, WrittenParameters& written) {
    written.add("box", {box.box.x, box.box.y, box.box.width, box.box.height});
    write_units(box.units, written);
}

void write_angle(const OrientedBox& box, WrittenParameters& written) {
    if (written.has_defaults() || box.angle != OrientedBox{}.angle) written.add("angle", box.angle);
}

void write_units(Units units, WrittenParameters& written) {
    write_word(written, "units", units_words, units, OrientedBox{}.units);
}

void write_size(const std::optional<Size>& size, WrittenParameters& written) {
    if (size) written.add("size", {size->width, size->height});
}

void write_padding(const std::optional<Padding>& padding, const Fill& fill, WrittenParameters& written) {
    if (const auto* const constant = std::get_if<Constant>(&fill)) {
        return written.add_one_or_more("padding", constant->values.get());
    }
    PaddingWord word = PaddingWord::zeros;
    if (const auto* const mean = std::get_if<MeanOfImage>(&fill)) {
        word = mean->is_truncated ? PaddingWord::truncated_mean : PaddingWord::mean;
    } else if (!padding) {
        return;
    } else if (*padding == Padding::border) {
        word = PaddingWord::border;
    } else if (*padding == Padding::reflection) {
        word = PaddingWord::reflection;
    }
    written.add("padding", word_of<PaddingWord>(padding_words, word));
}

}  // namespace glimpse::parameters
