#include "glimpse/mechanisms/crop.hpp"

#include <algorithm>
#include <array>

#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::pair<std::string_view, Resampling>, 5> resampling_words{
    {{"nearest", Resampling::nearest},
     {"bilinear", Resampling::bilinear},
     {"bicubic", Resampling::bicubic},
     {"lanczos", Resampling::lanczos},
     {"area", Resampling::area}}};

// What the entry itself says; a document's defaults may differ.
constexpr const char* nearest_rule =
    R"({"dependentSchemas": {"antialias": {"properties": {"interpolation": {"not": {"const": "nearest"}}}}}})";
constexpr const char* antialias_rule =
    R"({"if": {"required": ["antialias"], "properties": {"antialias": {"const": false}}}, )"
    R"("then": {"properties": {"interpolation": {"enum": ["bilinear", "bicubic"]}}}})";

/// Kernels beside what they are without antialiasing; the others are not without it.
constexpr std::array<std::pair<Resampling, Resampling>, 2> samples_of_kernels{
    {{Resampling::bilinear, Resampling::bilinear_samples},
     {Resampling::bicubic, Resampling::bicubic_samples}}};

Resampling without_antialiasing(Resampling resampling, const Value& antialias) {
    for (const auto& [kernel, samples] : samples_of_kernels) {
        if (kernel == resampling) return samples;
    }
    antialias.fail(
        "lanczos and area are antialiased always: without it a crop is resized with bilinear or bicubic");
}

/// Reads "interpolation" and "antialias".
Resampling read_resampling(Entry& entry) {
    Resampling resampling = Crop{}.interpolation;
    if (const std::optional<Value> interpolation = entry.take("interpolation")) {
        resampling = word<Resampling>(*interpolation, resampling_words);
    }
    if (resampling == Resampling::nearest) {
        entry.refuse_own("antialias", "nearest picks pixels, with nothing to antialias: leave it out");
        return resampling;
    }
    const std::optional<Value> antialias = entry.take("antialias");
    if (!antialias || boolean(*antialias)) return resampling;
    return without_antialiasing(resampling, *antialias);
}

void write_resampling(Resampling resampling, WrittenParameters& written) {
    const auto samples =
        std::ranges::find(samples_of_kernels, resampling, &std::pair<Resampling, Resampling>::second);
    const bool antialias = samples == samples_of_kernels.end();
    write_word(written, "interpolation", resampling_words, antialias ? resampling : samples->first,
               Crop{}.interpolation);
    if (!antialias) written.add("antialias", false);
}

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
    if (crop.size) {
        crop.interpolation = read_resampling(entry);
    } else {
        for (const std::string_view key : {"interpolation", "antialias"}) {
            entry.refuse_own(key, in_quotes(key) + " is not used without a \"size\"");
        }
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
    write_resampling(crop.interpolation, written);
}

}  // namespace

Description crop_description() {
    return {.word = Crop::name,
            .meaning =
                "Hard attention: the box's pixels, resized where a size is given; or the pixels of some "
                "rows and columns.",
            .forms = {{{"box"}}, {{"rows", "columns"}}},
            .keys = {box_key(),
                     units_key(),
                     box_convention_key(),
                     size_key({"box"}),
                     indices_key("rows", "0 ≤ n < the image's height",
                                 "The numbers of the image's rows, from 0."),
                     indices_key("columns", "0 ≤ n < the image's width",
                                 "The numbers of the image's columns, from 0."),
                     padding_key({"box"}),
                     enum_key("interpolation", {"box"}, resampling_words, Crop{}.interpolation,
                              "How the box is resized; only with a size. area: each pixel by its share of a "
                              "glimpse pixel's cell."),
                     {.name = "antialias",
                      .forms = {"box"},
                      .type = boolean_type(),
                      .default_value = "true",
                      .meaning = "Whether the kernel is widened where the box shrinks; only with a size. "
                                 "Without it, bilinear or bicubic; none of nearest."}},
            .rules = {nearest_rule, antialias_rule},
            .read = read_crop,
            .write = write_crop};
}

}  // namespace glimpse::parameters
