#include "glimpse/mechanisms/crop.hpp"

#include <array>
#include <span>

#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr auto crop_interpolations = std::span(interpolation_words).first<2>();

Key indices_key(std::string_view name, std::string_view range, std::string_view meaning) {
    return {
        .name = name,
        .forms = {"rows"},
        .type = or_reference(
            {"an array of integers", std::string(range),
             R"("type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": 2147483647})"}),
        .meaning = meaning};
}

Mechanism read_crop(Entry& entry, const Form& form, const ReadingContext& context) {
    Crop crop;
    if (form.is("rows")) {
        const std::string because = "crop takes \"rows\" and \"columns\" together";
        crop.form = Crop::IndexForm{integers(entry.need("rows", because), context),
                                    integers(entry.need("columns", because), context)};
        return crop;
    }
    crop.form = read_box(entry, context);
    crop.size = read_size(entry, context);
    const PaddingAndFill padding = read_padding(entry, context);
    crop.padding = padding.padding;
    crop.fill = padding.fill;
    if (!crop.size) {
        entry.refuse_own("interpolation", "\"interpolation\" is not used without a \"size\"");
    } else if (const std::optional<Value> interpolation = entry.take("interpolation")) {
        crop.interpolation = word<Interpolation>(*interpolation, crop_interpolations);
    }
    return crop;
}

void write_crop(const Mechanism& mechanism, WrittenParameters& written) {
    const Crop& crop = std::get<Crop>(mechanism);
    if (const auto* const indices = std::get_if<Crop::IndexForm>(&crop.form)) {
        written.add_numbers("rows", indices->rows);
        written.add_numbers("columns", indices->columns);
    } else {
        write_box(std::get<Crop::BoxForm>(crop.form), written);
    }
    write_size(crop.size, written);
    write_padding(crop.padding, crop.fill, written);
    write_word(written, "interpolation", crop_interpolations, crop.interpolation, Crop{}.interpolation);
}

}  // namespace

Description crop_description() {
    return {.word = Crop::name,
            .meaning =
                "Hard attention: the box's pixels, resized where a size is given; or the pixels of some "
                "rows and columns.",
            .forms = {{{"box"}}, {{"rows", "columns"}}},
            .keys = {box_key(), units_key(), size_key({"box"}),
                     indices_key("rows", "0 ≤ n < the image's height",
                                 "The numbers of the image's rows, from 0."),
                     indices_key("columns", "0 ≤ n < the image's width",
                                 "The numbers of the image's columns, from 0."),
                     padding_key({"box"}),
                     enum_key("interpolation", {"box"}, crop_interpolations, Crop{}.interpolation,
                              "How the box is resized; only with a size.")},
            .read = read_crop,
            .write = write_crop};
}

}  // namespace glimpse::parameters
