#include "glimpse/mechanisms/mask.hpp"

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <span>

#include "glimpse/error.hpp"
#include "mechanisms/tokens.hpp"
#include "parameters/array_reference.hpp"
#include "parameters/map_placement.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"
#include "parameters/tokens.hpp"

namespace glimpse::parameters {

using namespace json;
using mask_form::MapOptions;

namespace {

template <typename T, std::size_t n>
using Words = std::array<std::pair<std::string_view, T>, n>;
using NormaliseWord = std::pair<std::string_view, Mask::Normalise>;

constexpr std::array<std::string_view, 2> gaussian_members{"u", "s"};

constexpr Words<Mask::Upsample, 4> upsamplings{{{"nearest", Mask::Upsample::nearest},
                                                {"bilinear", Mask::Upsample::bilinear},
                                                {"bicubic", Mask::Upsample::bicubic},
                                                {"gaussian", Mask::Upsample::gaussian}}};
constexpr Words<Mask::Activation, 4> activations{{{"none", Mask::Activation::none},
                                                  {"sigmoid", Mask::Activation::sigmoid},
                                                  {"softmax", Mask::Activation::softmax},
                                                  {"relu", Mask::Activation::relu}}};
constexpr Words<Mask::Kind, 3> kinds{
    {{"soft", Mask::Kind::soft}, {"hard", Mask::Kind::hard}, {"free", Mask::Kind::free}}};
constexpr Words<Mask::Select, 3> selections{
    {{"none", Mask::Select::none}, {"pixels", Mask::Select::pixels}, {"box", Mask::Select::box}}};

constexpr Words<Mask::Reduce, 2> reductions{{{"none", Mask::Reduce::none}, {"sum", Mask::Reduce::sum}}};

/// Of Gaussians, too, whose "peak" is "none": it is 1.
constexpr Words<Mask::Normalise, 4> mask_normalisations{{{"none", Mask::Normalise::none},
                                                         {"max", Mask::Normalise::max},
                                                         {"sum", Mask::Normalise::sum},
                                                         {"peak", Mask::Normalise::none}}};
/// Of all other weights.
constexpr std::span weight_normalisations = std::span(mask_normalisations).first<3>();

constexpr std::string_view numbers_schema =
    R"({"type": "array", "minItems": 1, "items": {"type": "number"}})";

constexpr const char* grid_words = "an array of rows of numbers";

std::variant<Mask::FileForm, Mask::GridForm> read_grid(const Value& value, const ReadingContext& context) {
    if (is_reference(value)) return referenced_grid(value, context);
    const cv::Mat grid = rows_of_numbers(value, grid_words);
    try {
        require_map(grid, "grid");
    } catch (const Error& error) {
        value.fail(error.what());
    }
    return Mask::GridForm{grid};
}

Mask::GaussianForm::Axis read_axis(const Value& value) {
    const std::vector<double> axis = json::members(value, gaussian_members);
    return {axis[0], axis[1]};
}

/// `x` and `y`: both as vectors, or both as Gaussians.
void read_vectors(Entry& entry, const ReadingContext& context, Mask& mask) {
    const std::string because = "mask takes \"x\" and \"y\" together";
    const Value x = entry.need("x", because);
    const Value y = entry.need("y", because);
    for (const Value& axis : {x, y}) {
        if (!axis.is_array() && !axis.is_object()) {
            axis.fail("an array of numbers, or an object with \"u\" and \"s\", is needed");
        }
    }
    const auto is_vector = [](const Value& axis) { return axis.is_array() || is_reference(axis); };
    if (is_vector(x) != is_vector(y)) {
        y.fail("\"x\" and \"y\" are both arrays of numbers, or both objects with \"u\" and \"s\"");
    }
    if (is_vector(x)) {
        mask.form = Mask::VectorForm{numbers(x, context), numbers(y, context)};
        return;
    }
    mask.form = Mask::GaussianForm{read_axis(x), read_axis(y)};
}

void read_normalise(Entry& entry, Mask& mask) {
    auto* gaussian = std::get_if<Mask::GaussianForm>(&mask.form);
    const auto words = gaussian ? std::span<const NormaliseWord>(mask_normalisations) : weight_normalisations;
    const std::optional<Value> value = entry.peek("normalise");
    if (!value) return;
    // A default may be a word of the mechanism gaussian alone.
    const auto is_meant = [&](const NormaliseWord& word) {
        return value->is_string() && text(*value) == word.first;
    };
    if (!entry.has_own("normalise") && std::ranges::none_of(words, is_meant)) return;
    mask.normalise = word<Mask::Normalise>(*entry.take("normalise"), words);
    if (!gaussian || mask.normalise != Mask::Normalise::sum) return;
    // Each vector by itself, where float64 holds what float32 cannot of their product.
    gaussian->normalise = Mask::GaussianForm::Normalise::sum;
    mask.normalise = Mask::Normalise::none;
}

void read_upsampling(Entry& entry, const ReadingContext& context, Mask& mask, MapOptions& options) {
    if (const std::optional<Value> upsample = entry.take("upsample")) {
        mask.upsample = word<Mask::Upsample>(*upsample, upsamplings);
    }
    if (mask.upsample != Mask::Upsample::gaussian) {
        return entry.refuse_own("sigma", R"("sigma" is of upsample "gaussian")");
    }
    if (const std::optional<Value> sigma = entry.take("sigma")) options.sigma = number(*sigma, context);
}

void read_activation(Entry& entry, const ReadingContext& context, Mask& mask, MapOptions& options) {
    if (const std::optional<Value> activation = entry.take("activation")) {
        mask.activation = word<Mask::Activation>(*activation, activations);
    }
    const bool has_temperature =
        mask.activation == Mask::Activation::sigmoid || mask.activation == Mask::Activation::softmax;
    if (!has_temperature) {
        return entry.refuse_own("temperature", R"("temperature" is of activation "sigmoid" or "softmax")");
    }
    if (const std::optional<Value> temperature = entry.take("temperature")) {
        options.temperature = number(*temperature, context);
    }
}

void read_map_options(Entry& entry, const ReadingContext& context, Mask& mask) {
    MapOptions options;
    read_upsampling(entry, context, mask, options);
    read_activation(entry, context, mask, options);
    options.placement = read_placement(entry, context);
    const MapOptions open;
    const bool are_open =
        options.temperature == open.temperature && options.sigma == open.sigma && !options.placement;
    if (!are_open) mask.map_options = std::make_shared<const MapOptions>(options);
}

void read_kind(Entry& entry, const ReadingContext& context, Mask& mask) {
    if (const std::optional<Value> kind = entry.take("kind")) {
        mask.kind = word<Mask::Kind>(*kind, kinds);
    }
    const bool hard = mask.kind == Mask::Kind::hard;
    // A default applies where it can be used; an entry's own key is always read, for `validate` to refuse.
    if (hard || entry.has_own("threshold")) {
        if (const std::optional<Value> threshold = entry.take("threshold"))
            mask.threshold = number(*threshold, context);
    }
    if (hard || entry.has_own("select")) {
        if (const std::optional<Value> select = entry.take("select")) {
            mask.select = word<Mask::Select>(*select, selections);
        }
    }
}

Mechanism read_mask(Entry& entry, const Form& form, const ReadingContext& context) {
    Mask mask;
    if (form.is("file")) {
        mask.form = Mask::FileForm{.path = named_file(*entry.take("file"), context), .values = {}};
    } else if (form.is("grid")) {
        std::visit([&](auto&& grid) { mask.form = std::forward<decltype(grid)>(grid); },
                   read_grid(*entry.take("grid"), context));
    } else if (form.is("tokens")) {
        mask.form = read_tokens(*entry.take("tokens"), context);
    } else if (form.is("x")) {
        read_vectors(entry, context, mask);
    } else {
        mask.form = read_box(entry, context);
    }
    if (form.is("file") || form.is("grid") || form.is("tokens")) {
        read_map_options(entry, context, mask);
    }
    if (!form.is("box")) read_normalise(entry, mask);
    read_kind(entry, context, mask);
    if (const std::optional<Value> reduce = entry.take("reduce")) {
        mask.reduce = word<Mask::Reduce>(*reduce, reductions);
    }
    return mask;
}

void write_mask_form(const Mask::FileForm& form, WrittenParameters& written) {
    const std::filesystem::path& path = form.path;
    const auto* const map = dynamic_cast<const ReferencedMap*>(form.array.get());
    map ? written.add(map->field().substr(1), map->written())
        : written.add("file", WrittenParameters::path(path));
}

void write_mask_form(const Mask::GridForm& form, WrittenParameters& written) {
    written.add_rows("grid", form.values);
}

void write_mask_form(const Mask::VectorForm& form, WrittenParameters& written) {
    written.add_numbers("x", form.x);
    written.add_numbers("y", form.y);
}

void write_mask_form(const Mask::GaussianForm& form, WrittenParameters& written) {
    for (const auto& [key, axis] : {std::pair("x", form.x), {"y", form.y}})
        written.add(key, {{"u", axis.u}, {"s", axis.s}});
    if (form.normalise == Mask::GaussianForm::Normalise::sum) written.add("normalise", "sum");
}

void write_mask_form(const Mask::BoxForm& form, WrittenParameters& written) {
    write_box(form, written);
}

void write_mask(const Mechanism& mechanism, WrittenParameters& written) {
    const Mask& mask = std::get<Mask>(mechanism);
    const Mask open;
    std::visit([&](const auto& form) { write_mask_form(form, written); }, mask.form);
    write_word(written, "upsample", upsamplings, mask.upsample, open.upsample);
    if (mask.map().sigma != open.map().sigma) written.add("sigma", mask.map().sigma);
    write_word(written, "activation", activations, mask.activation, open.activation);
    if (mask.map().temperature != open.map().temperature) written.add("temperature", mask.map().temperature);
    write_placement(mask.map().placement, written);
    write_word(written, "normalise", weight_normalisations, mask.normalise, open.normalise);
    write_word(written, "kind", kinds, mask.kind, open.kind);
    if (mask.threshold) written.add("threshold", *mask.threshold);
    write_word(written, "select", selections, mask.select, open.select);
    write_word(written, "reduce", reductions, mask.reduce, open.reduce);
}

Key vector_key(std::string_view name, std::string_view meaning) {
    const Type gaussian = object_type(gaussian_members, {"s"});
    return {.name = name,
            .forms = {"x"},
            .type = {"an array of numbers, a reference, or " + gaussian.words, gaussian.range,
                     R"("anyOf": [)" + std::string(numbers_schema) + ", {" + std::string(reference_schema) +
                         "}, {" + gaussian.schema + "}]"},
            .unit = centre_unit,
            .meaning = meaning};
}

std::vector<Key> mask_keys() {
    const Mask open;
    const std::vector<std::string_view> maps{"file", "grid", "tokens"};
    std::vector<Key> keys{
        box_key(),
        units_key(),
        box_convention_key(),
        {.name = "file",
         .forms = {"file"},
         .type = {"a path", "", R"("type": "string", "minLength": 1)"},
         .meaning = "A grey picture or a .npy array of weights; relative to the document."},
        {.name = "grid",
         .forms = {"grid"},
         .type = or_reference(
             {grid_words, "", R"("type": "array", "minItems": 1, "items": )" + std::string(numbers_schema)}),
         .meaning = "Weights; the rows are equally long, and upsampled to the image's size."},
        tokens_key(),
        vector_key(
            "x",
            "As many weights as the image has columns, or the Gaussian that makes them: its centre u, its "
            "standard deviation s."),
        vector_key(
            "y",
            "As many weights as the image has rows, or the Gaussian that makes them: its centre u, its "
            "standard deviation s."),
        enum_key("upsample", maps, upsamplings, open.upsample,
                 "How the weights are brought to the image's size. gaussian: bilinear, then smoothed."),
        {.name = "sigma",
         .forms = maps,
         .type = or_reference(positive_type()),
         .unit = "cells of the grid",
         .meaning = "Of the upsampling gaussian: the standard deviation of its filter, 1.25 without it."},
        enum_key("activation", maps, activations, open.activation,
                 "Applied before upsampling; softmax over the whole grid."),
        {.name = "temperature",
         .forms = maps,
         .type = or_reference(positive_type()),
         .meaning = "Of sigmoid and softmax: what the numbers are divided by first. Above 1 the weights come "
                    "nearer to each other."},
        enum_key("kind", {}, kinds, open.kind,
                 "soft: weights of 0 to 1; hard: 0 or 1; free: any finite weights."),
        {.name = "threshold",
         .type = or_reference(number_type()),
         .meaning = "Of a hard mask: weights from here on become 1, the rest 0."},
        enum_key("select", {}, selections, open.select,
                 "Of a hard mask: the list of its pixels, or its bounding box."),
        enum_key(
            "reduce", {}, reductions, open.reduce,
            "sum: the context vector, each channel's sum of weight times pixel; a glimpse of one pixel."),
        enum_key("normalise", {"file", "grid", "tokens", "x"}, mask_normalisations, open.normalise,
                 "What the weights are divided by, upsampled: max: the greatest magnitude; sum: their sum. "
                 "peak: none, as x and y as {u, s} call it, whose peak is 1.")};
    const std::vector<Key> placement = placement_keys(maps);
    keys.insert(keys.end(), placement.begin(), placement.end());
    return keys;
}

// JSON Schemas of what holds between keys.
constexpr const char* axes_rule = R"({"anyOf": [{"properties": {"x": {"type": "object", "required": ["u"]}, )"
                                  R"("y": {"type": "object", "required": ["u"]}}}, )"
                                  R"({"properties": {"x": {"not": {"type": "object", "required": ["u"]}}, )"
                                  R"("y": {"not": {"type": "object", "required": ["u"]}}}}]})";
constexpr const char* companions_rule =
    R"({"dependentSchemas": {)"
    R"("temperature": {"properties": {"activation": {"enum": ["sigmoid", "softmax"]}}}, )"
    R"("sigma": {"properties": {"upsample": {"const": "gaussian"}}}, )"
    R"("threshold": {"properties": {"kind": {"const": "hard"}}}}})";
constexpr const char* peak_rule =
    R"({"if": {"required": ["normalise"], "properties": {"normalise": {"const": "peak"}}}, )"
    R"("then": {"required": ["x"], "properties": {)"
    R"("x": {"type": "object", "required": ["u"]}, )"
    R"("y": {"type": "object", "required": ["u"]}}}})";
constexpr const char* select_rule =
    R"({"if": {"required": ["select"], "properties": {"select": {"enum": ["pixels", "box"]}}}, )"
    R"("then": {"properties": {"kind": {"const": "hard"}}}})";

}  // namespace

Description mask_description() {
    return {
        .word = Mask::name,
        .meaning = "Soft attention: each pixel times its weight.",
        .forms = {{{"file"}}, {{"grid"}}, {{"tokens"}}, {{"x", "y"}}, {{"box"}}},
        .keys = mask_keys(),
        .rules = {axes_rule, companions_rule, peak_rule, select_rule, std::string(placement_rule)},
        .rules_if_complete =
            {R"({"dependentRequired": {"threshold": ["kind"], "temperature": ["activation"]}})",
             R"({"if": {"required": ["mechanism", "sigma"], "properties": {"mechanism": {"const": "mask"}}}, )"
             R"("then": {"required": ["upsample"]}})",
             R"({"if": {"required": ["select"], "properties": {"select": {"enum": ["pixels", "box"]}}}, )"
             R"("then": {"required": ["kind"]}})"},
        .read = read_mask,
        .write = write_mask};
}

}  // namespace glimpse::parameters
