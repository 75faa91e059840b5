#include "glimpse/mechanisms/crop.hpp"

#include <algorithm>
#include <array>
#include <numbers>
#include <utility>

#include "glimpse/words.hpp"
#include "parameters/conventions.hpp"
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
    R"({"if": {"required": ["antialias"], "properties": {"antialias": {"const": true}}}, )"
    R"("then": {"properties": {"interpolation": {"not": {"const": "nearest"}}}}})";
constexpr const char* antialias_rule =
    R"({"if": {"required": ["antialias"], "properties": {"antialias": {"const": false}}}, )"
    R"("then": {"properties": {"interpolation": {"enum": ["nearest", "bilinear", "bicubic"]}}}})";

constexpr const char* resized_rule =
    R"({"if": {"required": ["convention"], "properties": {"convention": {"const": "tf-crop-and-resize"}}}, )"
    R"("then": {"properties": {"units": false, "samples": false, "antialias": {"const": false}, )"
    R"("interpolation": {"enum": ["nearest", "bilinear"]}}}})";
constexpr const char* pooled_rule =
    R"({"if": {"required": ["convention"], )"
    R"("properties": {"convention": {"enum": ["roi-align", "roi-align-unaligned", "roi-align-rotated", )"
    R"("roi-align-rotated-mmcv"]}}}, )"
    R"("then": {"properties": {"units": false, "antialias": {"const": false}, )"
    R"("interpolation": {"const": "bilinear"}}}})";
/// Its default is of boxes that have none.
constexpr const char* samples_rule =
    R"({"if": {"required": ["samples", "convention"]}, )"
    R"("then": {"properties": {"convention": {"enum": ["roi-align", "roi-align-unaligned", )"
    R"("roi-align-rotated", "roi-align-rotated-mmcv"]}}}})";
constexpr const char* turned_rule =
    R"({"if": {"required": ["box", "convention"], )"
    R"("properties": {"box": {"type": "array"}, )"
    R"("convention": {"enum": ["roi-align-rotated", "roi-align-rotated-mmcv"]}}}, )"
    R"("then": {"properties": {"box": {"minItems": 5}}}, )"
    R"("else": {"if": {"required": ["box", "convention"], "properties": {"box": {"type": "array"}}}, )"
    R"("then": {"properties": {"box": {"maxItems": 4}}}}})";
constexpr const char* clockwise_rule =
    R"({"if": {"required": ["clockwise", "convention"], "properties": {"clockwise": {"const": true}}}, )"
    R"("then": {"properties": {"convention": {"const": "roi-align-rotated-mmcv"}}}})";

/// Of `roi_align`, a side.
constexpr int most_samples = 1024;

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

Resampling read_interpolation(Entry& entry) {
    const std::optional<Value> interpolation = entry.take("interpolation");
    return interpolation ? word<Resampling>(*interpolation, resampling_words) : Crop{}.interpolation;
}

/// Reads "interpolation" and "antialias".
Resampling read_resampling(Entry& entry) {
    const Resampling resampling = read_interpolation(entry);
    if (resampling == Resampling::nearest) {
        refuse_antialiasing(entry, "nearest picks pixels, with nothing to antialias: leave it out");
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

/// A turned box has an angle behind its sides.
Key box_of_crop_key() {
    Key key = box_key();
    const std::string length = R"("maxItems": 4)";
    std::string& schema = key.type.schema;
    schema.replace(schema.find(length), length.size(), R"("maxItems": 5)");
    return key;
}

constexpr const char* resized_box_words = "[y1, x1, y2, x2]";
constexpr const char* pooled_box_words = "[x0, y0, x1, y1]";
constexpr std::array<std::string_view, 4> resized_box_members{"y1", "x1", "y2", "x2"};
constexpr std::array<std::string_view, 4> pooled_box_members{"x0", "y0", "x1", "y1"};

constexpr const char* turned_box_words = "[centre x, centre y, width, height, angle]";
constexpr std::array<std::string_view, 5> turned_box_members{"cx", "cy", "width", "height", "angle"};

/// A box is of whole pixels, or sampled.
using BoxConvention = std::variant<BoxOrder, crop_form::SamplingRule, TurnedBox>;

BoxConvention read_box_convention(Entry& entry, const ReadingContext& context) {
    std::vector<std::pair<std::string_view, BoxConvention>> conventions(filled_box_orders.begin(),
                                                                        filled_box_orders.end());
    conventions.insert(conventions.end(), sampling_rules.begin(), sampling_rules.end());
    conventions.insert(conventions.end(), turned_boxes.begin(), turned_boxes.end());
    return read_convention<BoxConvention>(entry, conventions, BoxOrder::xywh, context);
}

/// Of roi-align; 0 without the key.
int read_samples(Entry& entry) {
    const std::optional<Value> samples = entry.take("samples");
    if (!samples) return 0;
    const int count = integer(*samples);
    if (count < 1 || count > most_samples)
        samples->fail("1 to " + std::to_string(most_samples) + " samples are needed");
    return count;
}

Crop::SampledForm read_sampled(Entry& entry, crop_form::SamplingRule rule, const ReadingContext& context) {
    entry.refuse_own("units", "the convention says what the box is measured in: leave it out");
    const Value value = *entry.take("box");
    const bool is_resized = rule == crop_form::SamplingRule::crop_and_resize;
    const std::vector<double> n = is_resized
                                      ? numbers(value, {resized_box_members}, resized_box_words, context)
                                      : numbers(value, {pooled_box_members}, pooled_box_words, context);
    Crop::SampledForm form{.first = {n[0], n[1]}, .second = {n[2], n[3]}, .rule = rule};
    if (is_resized) form = {.first = {n[1], n[0]}, .second = {n[3], n[2]}, .rule = rule};
    const auto& [first, second, of_rule, samples] = form;
    // As they are padded with, boxes without a side are read as the originals do.
    const bool is_mirrored = second.x < first.x || second.y < first.y;
    if (rule == crop_form::SamplingRule::roi_align && is_mirrored)
        value.fail("the second corner lies right of and below the first; mirrored boxes are not read");
    if (is_resized) {
        entry.refuse_own("samples", "crop_and_resize takes one sample a pixel: leave it out");
    } else {
        form.samples = read_samples(entry);
    }
    return form;
}

/// False changes nothing.
void refuse_clockwise(Entry& entry) {
    const std::optional<Value> clockwise = entry.peek("clockwise");
    if (clockwise && !boolean(*clockwise)) {
        entry.take("clockwise");
    } else {
        entry.refuse_own("clockwise", "only roi-align-rotated-mmcv may be turned either way: leave it out");
    }
}

/// Numbers from `first` on are two sides.
void require_sides(const Value& value, const std::string& words, const std::vector<double>& n,
                   std::size_t first) {
    if (n[first] > 0 && n[first + 1] > 0) return;
    std::vector<std::string> texts;
    texts.reserve(n.size());
    for (const double number : n) texts.push_back(number_text(number));
    value.fail("a box " + words + " has width and height > 0, not [" + join(texts) + "]");
}

Crop::TurnedForm read_turned(Entry& entry, TurnedBox whose, const ReadingContext& context) {
    entry.refuse_own("units", "the convention says what the box is measured in: leave it out");
    const Value value = *entry.take("box");
    const std::vector<double> n = numbers(value, {turned_box_members}, turned_box_words, context);
    require_sides(value, turned_box_words, n, 2);
    Crop::TurnedForm form{.centre = {n[0], n[1]}, .width = n[2], .height = n[3], .angle = n[4]};
    if (whose == TurnedBox::mmcv) {
        form.angle *= 180 / std::numbers::pi;
        const std::optional<Value> clockwise = entry.take("clockwise");
        if (clockwise && boolean(*clockwise)) form.angle = -form.angle;
    }
    form.samples = read_samples(entry);
    return form;
}

Crop::OffsetForm read_offset(Entry& entry, const ReadingContext& context) {
    static constexpr std::array<std::string_view, 2> members{"y", "x"};
    const std::vector<double> n = numbers(*entry.take("offset"), {members}, "[y, x]", context);
    Crop::OffsetForm form{.offset = {n[1], n[0]}};
    form.version = read_convention<int>(entry, offset_versions, 0, context);
    if (form.version == 0) {
        entry.fail("an offset is put where tf-glimpse-1 or tf-glimpse-2 puts it: give its \"convention\"");
    }
    if (const std::optional<Value> centred = entry.take("centred")) form.centred = boolean(*centred);
    if (const std::optional<Value> normalised = entry.take("normalised"))
        form.normalised = boolean(*normalised);
    return form;
}

void read_crop_padding(Entry& entry, const ReadingContext& context, Crop& crop, Fill otherwise = {}) {
    const PaddingAndFill padding = read_padding(entry, context, std::move(otherwise));
    crop.padding = padding.padding;
    crop.fill = padding.fill;
}

Mechanism read_crop(Entry& entry, const Form& form, const ReadingContext& context) {
    Crop crop;
    if (form.is("offset")) {
        crop.form = read_offset(entry, context);
        crop.size = read_size(entry, context);
        read_crop_padding(entry, context, crop);
        return crop;
    }
    if (form.is("rows")) {
        const std::string because = "crop takes \"rows\" and \"columns\" together";
        crop.form = Crop::IndexForm{integers(entry.need("rows", because), context),
                                    integers(entry.need("columns", because), context)};
        return crop;
    }
    crop.size = read_size(entry, context);
    const BoxConvention convention = read_box_convention(entry, context);
    const auto* const order = std::get_if<BoxOrder>(&convention);
    read_crop_padding(entry, context, crop, order ? fill_of(*order) : Fill());
    const auto* const rule = std::get_if<crop_form::SamplingRule>(&convention);
    const auto* const whose = std::get_if<TurnedBox>(&convention);
    if (rule) {
        crop.form = read_sampled(entry, *rule, context);
    } else if (whose) {
        crop.form = read_turned(entry, *whose, context);
    } else {
        crop.form = read_box(entry, *order, context);
        entry.refuse_own("samples", "samples are those of roi-align, in all its conventions");
    }
    if (!whose || *whose != TurnedBox::mmcv) refuse_clockwise(entry);
    if (crop.size && !order) {
        crop.interpolation = read_interpolation(entry);
        refuse_antialiasing(entry, "samples are not antialiased: leave it out");
    } else if (crop.size) {
        crop.interpolation = read_resampling(entry);
    } else {
        for (const std::string_view key : {"interpolation", "antialias"}) {
            entry.refuse_own(key, in_quotes(key) + " is not used without a \"size\"");
        }
    }
    return crop;
}

void write_form(const Crop::BoxForm& form, WrittenParameters& written) {
    write_box(form, written);
}

void write_form(const Crop::IndexForm& form, WrittenParameters& written) {
    written.add_numbers("rows", form.rows);
    written.add_numbers("columns", form.columns);
}

void write_form(const Crop::SampledForm& form, WrittenParameters& written) {
    const auto& [x0, y0] = form.first;
    const auto& [x1, y1] = form.second;
    if (form.rule == crop_form::SamplingRule::crop_and_resize) {
        written.add("box", {y0, x0, y1, x1});
    } else {
        written.add("box", {x0, y0, x1, y1});
    }
    written.add("convention", word_of<crop_form::SamplingRule>(sampling_rules, form.rule));
    if (form.samples > 0) written.add("samples", form.samples);
}

void write_form(const Crop::TurnedForm& form, WrittenParameters& written) {
    written.add("box", {form.centre.x, form.centre.y, form.width, form.height, form.angle});
    written.add("convention", word_of<TurnedBox>(turned_boxes, TurnedBox::detectron));
    if (form.samples > 0) written.add("samples", form.samples);
}

void write_form(const Crop::OffsetForm& form, WrittenParameters& written) {
    const Crop::OffsetForm open;
    written.add("offset", {form.offset.y, form.offset.x});
    written.add("convention", word_of<int>(offset_versions, form.version));
    if (form.centred != open.centred) written.add("centred", form.centred);
    if (form.normalised != open.normalised) written.add("normalised", form.normalised);
}

void write_crop(const Mechanism& mechanism, WrittenParameters& written) {
    const Crop& crop = std::get<Crop>(mechanism);
    std::visit([&](const auto& form) { write_form(form, written); }, crop.form);
    write_size(crop.size, written);
    write_padding(crop.padding, crop.fill, written);
    write_resampling(crop.interpolation, written);
}

}  // namespace

Description crop_description() {
    return {
        .word = Crop::name,
        .meaning =
            "Hard attention: the box's pixels, resized where a size is given; or the pixels of some "
            "rows and columns.",
        .forms = {{{"box"}}, {{"rows", "columns"}}, {{"offset"}}},
        .keys = {box_of_crop_key(),
                 units_key(),
                 convention_key({"box", "offset"},
                                words_of(filled_box_orders, sampling_rules, turned_boxes, offset_versions),
                                "The order of the box's numbers: xyxy and yxyx are two corners; or whose "
                                "window of a target it is, or how it is sampled, or which version's offset."),
                 size_key({"box", "offset"}),
                 indices_key("rows", "0 ≤ n < the image's height",
                             "The numbers of the image's rows, from 0."),
                 indices_key("columns", "0 ≤ n < the image's width",
                             "The numbers of the image's columns, from 0."),
                 {.name = "samples",
                  .forms = {"box"},
                  .type = {"an integer", "1 ≤ n ≤ " + std::to_string(most_samples),
                           R"("type": "integer", "minimum": 1, "maximum": )" + std::to_string(most_samples)},
                  .meaning = "Of roi-align: how many samples a glimpse pixel takes along each side. "
                             "Without it, as many as the image's pixels under it."},
                 {.name = "clockwise",
                  .forms = {"box"},
                  .type = boolean_type(),
                  .default_value = "false",
                  .meaning = "Of roi-align-rotated-mmcv: whether the angle turns clockwise on the screen."},
                 {.name = "offset",
                  .forms = {"offset"},
                  .type = or_reference(numbers_type("[y, x]", 2), true),
                  .unit = "the image's sides, or pixels",
                  .meaning = "Where a window of the size lies, as TensorFlow's extract_glimpse takes it."},
                 {.name = "centred",
                  .forms = {"offset"},
                  .type = boolean_type(),
                  .default_value = "true",
                  .meaning = "Whether the offset is from the image's centre."},
                 {.name = "normalised",
                  .forms = {"offset"},
                  .type = boolean_type(),
                  .default_value = "true",
                  .meaning = "Whether the offset is in sides of the image, rather than in pixels."},
                 padding_key({"box", "offset"}),
                 enum_key("interpolation", {"box"}, resampling_words, Crop{}.interpolation,
                          "How the box is resized; only with a size. area: each pixel by its share of a "
                          "glimpse pixel's cell."),
                 {.name = "antialias",
                  .forms = {"box"},
                  .type = boolean_type(),
                  .default_value = "true",
                  .meaning = "Whether the kernel is widened where the box shrinks; only with a size. "
                             "Without it, bilinear or bicubic; nearest has none."}},
        .rules = {nearest_rule, antialias_rule, resized_rule, tracker_rule, pooled_rule, samples_rule,
                  turned_rule, clockwise_rule,
                  convention_rule("box", words_of(filled_box_orders, sampling_rules, turned_boxes)),
                  convention_rule("offset", words_of(offset_versions))},
        .read = read_crop,
        .write = write_crop};
}

}  // namespace glimpse::parameters
