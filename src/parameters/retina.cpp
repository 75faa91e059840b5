#include "glimpse/mechanisms/retina.hpp"

#include <array>
#include <memory>

#include "glimpse/words.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

using retina_form::CentreUnits;

constexpr std::array<std::pair<std::string_view, CentreUnits>, 4> centre_units{
    {{"pixels", CentreUnits::pixels},
     {"fraction", CentreUnits::fraction},
     {"normalised", CentreUnits::normalised},
     {"truncated", CentreUnits::truncated}}};

constexpr std::array<std::pair<std::string_view, Pooling>, 2> pooling_words{
    {{"mean", Pooling::mean}, {"triangle", Pooling::triangle}}};

constexpr const char* units_rule =
    R"({"not": {"required": ["box", "units"], "properties": {"units": {"const": "truncated"}}}})";
constexpr const char* window_rule = R"({"not": {"required": ["window", "scales"]}})";

Retina::CentreForm read_centre(Entry& entry, const ReadingContext& context) {
    const auto [x, y] = point(*entry.take("centre"), context);
    Retina::CentreForm form{{x, y}};
    if (const std::optional<Value> units = entry.take("units"))
        form.units = word<CentreUnits>(*units, centre_units);
    return form;
}

/// Reads "window" or "scales".
void read_windows(Entry& entry, Retina& retina, RetinaScales& scales) {
    if (const std::optional<Value> window = entry.take("window")) {
        entry.refuse_own("scales",
                         "\"window\" is one of the windows, and \"scales\" is how many there are: "
                         "leave out one of the two");
        retina.window = integer(*window);
    } else if (const std::optional<Value> count = entry.take("scales")) {
        scales.count = integer(*count);
    }
}

Mechanism read_retina(Entry& entry, const Form& form, const ReadingContext& context) {
    Retina retina;
    if (form.is("centre")) {
        retina.form = read_centre(entry, context);
    } else {
        retina.form = read_box(entry, context);
    }
    retina.size = read_size(entry, context);
    RetinaScales scales;
    read_windows(entry, retina, scales);
    if (const std::optional<Value> factor = entry.take("factor")) scales.factor = json::number(*factor);
    if (const std::optional<Value> pooling = entry.take("pooling"))
        scales.pooling = word<Pooling>(*pooling, pooling_words);
    const PaddingAndFill padding = read_padding(entry, context);
    retina.padding = padding.padding;
    scales.fill = padding.fill;
    retina.scales = std::make_shared<const RetinaScales>(std::move(scales));
    return retina;
}

void write_retina(const Mechanism& mechanism, WrittenParameters& written) {
    const Retina& retina = std::get<Retina>(mechanism);
    if (const auto* const form = std::get_if<Retina::CentreForm>(&retina.form)) {
        written.add("centre", {form->centre.x, form->centre.y});
        write_word(written, "units", centre_units, form->units, Retina::CentreForm{}.units);
    } else {
        write_box(std::get<Retina::BoxForm>(retina.form), written);
    }
    write_size(retina.size, written);
    const RetinaScales& scales = *retina.scales;
    const RetinaScales open;
    if (retina.window) {
        written.add("window", *retina.window);
    } else if (scales.count != open.count) {
        written.add("scales", scales.count);
    }
    if (scales.factor != open.factor) written.add("factor", scales.factor);
    write_word(written, "pooling", pooling_words, scales.pooling, open.pooling);
    write_padding(retina.padding, scales.fill, written);
}

Type integer_type(int least, int most, std::string_view range) {
    return {"an integer", std::string(range),
            R"("type": "integer", "minimum": )" + std::to_string(least) + R"(, "maximum": )" +
                std::to_string(most)};
}

}  // namespace

Description retina_description() {
    const RetinaScales open;
    Key box = box_key();
    box.meaning = "The first window, about whose centre the others lie.";
    Key size = size_key({});
    size.meaning =
        "The size of each glimpse, and of the first window about a centre. Without it, the caller's default, "
        "or else the box's own.";
    return {
        .word = Retina::name,
        .meaning =
            "Windows about one centre, from fine to coarse, each scaled to one size: a glimpse of each, "
            "ID.000, ID.001, …",
        .forms = {{{"centre"}}, {{"box"}}},
        .keys =
            {{.name = "centre",
              .forms = {"centre"},
              .type = or_reference(numbers_type("[x, y]", 2), true),
              .unit = "pixels, fractions of the image's width and height, or normalised, -1 to 1; truncated: "
                      "normalised, and then cut to whole pixels",
              .meaning = "The centre of the windows, from the image's top left edge."},
             box,
             enum_key("units", {}, centre_units, CentreUnits::pixels,
                      "What the centre or the box is measured in; truncated is of a centre alone."),
             box_convention_key(),
             size,
             {.name = "scales",
              .type = integer_type(1, RetinaScales::most, "1 ≤ n ≤ " + std::to_string(RetinaScales::most)),
              .default_value = std::to_string(open.count),
              .meaning = "How many windows there are."},
             {.name = "window",
              .type =
                  integer_type(0, RetinaScales::most - 1, "0 ≤ n < " + std::to_string(RetinaScales::most)),
              .meaning = "In place of scales: the number of a window, from 0, of which alone a glimpse is "
                         "made, with the entry's own id."},
             {.name = "factor",
              .type = {"a number", "> 1", R"("type": "number", "exclusiveMinimum": 1)"},
              .default_value = number_text(open.factor),
              .meaning = "How many times as wide and as high each window is as the one before."},
             enum_key("pooling", {}, pooling_words, open.pooling,
                      "How a window is scaled: by the exact mean of each block, or by a crop's bilinear "
                      "kernel."),
             padding_key({})},
        .rules = {window_rule, units_rule},
        .read = read_retina,
        .write = write_retina};
}

}  // namespace glimpse::parameters
