#include "glimpse/mechanisms/spatial_transformer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "glimpse/words.hpp"
#include "parameters/conventions.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"
#include "parameters/warps.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

using Pair = std::array<double, 2>;

constexpr std::array<std::pair<std::string_view, Interpolation>, 3> interpolation_words{
    {{"nearest", Interpolation::nearest},
     {"bilinear", Interpolation::bilinear},
     {"bicubic", Interpolation::bicubic}}};

/// Rows, Sonnet's four numbers, or a reference.
Type theta_type() {
    const Type rows = matrix_2x3_type();
    return {rows.words + ", four numbers or a reference", "",
            R"("anyOf": [{)" + rows.schema + "}, {" + numbers_type("", 4).schema + "}, {" +
                std::string(ordered_reference_schema) + "}]"};
}

// What the entry itself says; a document's defaults may differ.
constexpr const char* bilinear_rule =
    R"({"if": {"required": ["antialias"], "properties": {"antialias": {"const": true}}}, )"
    R"("then": {"properties": {"interpolation": {"const": "bilinear"}}}})";

Key pair_key(std::string_view name, std::string_view words, const Pair& default_value,
             std::string_view meaning) {
    const std::string numbers =
        "[" + number_text(default_value[0]) + ", " + number_text(default_value[1]) + "]";
    return {.name = name,
            .forms = {"scale"},
            .type = or_reference(numbers_type(words, 2), true),
            .default_value = numbers,
            .meaning = meaning};
}

constexpr std::array<std::string_view, 4> scale_shift_members{"sx", "sy", "tx", "ty"};
constexpr const char* scale_words = "[sx, sy]";
constexpr const char* shift_words = "[tx, ty]";
constexpr NumberNames scale_members{std::span(scale_shift_members).first<2>()};
constexpr NumberNames shift_members{std::span(scale_shift_members).last<2>()};

Pair read_pair(Entry& entry, std::string_view key, const NumberNames& names, const char* words,
               const Pair& default_value, const ReadingContext& context) {
    const std::optional<Value> pair = entry.take(key);
    if (!pair) return default_value;
    const std::vector<double> read = numbers(*pair, names, words, context);
    return {read[0], read[1]};
}

SpatialTransformer::BoxForm read_turned_box(Entry& entry, BoxOrder order, const ReadingContext& context) {
    SpatialTransformer::BoxForm form = read_box(entry, order, context);
    form.angle = read_angle(entry, context);
    return form;
}

constexpr std::array<std::string_view, 4> sonnet_members{"sx", "tx", "sy", "ty"};
constexpr const char* sonnet_words =
    "a matrix of 2 rows of 3 numbers, or [scale_x, shift_x, scale_y, shift_y],";

/// Of a single sample, which lies at -1 along its axis rather than at 0.
void put_first(SpatialTransformer::ThetaForm& form, const std::optional<Size>& size) {
    for (auto& row : form.theta) {
        if (size && size->width == 1) row[2] -= row[0];
        if (size && size->height == 1) row[2] -= row[1];
    }
}

SpatialTransformer::ThetaForm sonnet_theta(const Value& theta, const ReadingContext& context) {
    const bool is_matrix = theta.is_array() && theta.size() == 2;
    if (is_matrix) return {matrix_2x3(theta, context)};
    if (!is_reference(theta)) {
        const std::vector<double> n = numbers(theta, {sonnet_members}, sonnet_words, context);
        return {{{{n[0], 0, n[1]}, {0, n[2], n[3]}}}};
    }
    std::vector<double> n;
    if (!theta.contains("order")) n = referenced_numbers(theta, {{4}, {2, 3}, {6}}, context);
    if (n.size() == 6) return {{{{n[0], n[1], n[2]}, {n[3], n[4], n[5]}}}};
    n = members(theta, {sonnet_members}, context);
    return {{{{n[0], 0, n[1]}, {0, n[2], n[3]}}}};
}

/// A reference with an order leads to scale and shift, of which theta is made.
void read_theta(Entry& entry, const ReadingContext& context, SpatialTransformer& transformer) {
    const Value theta = *entry.take("theta");
    const auto convention =
        read_convention<ThetaConvention>(entry, theta_conventions, ThetaConvention::torch, context);
    if (entry.has_own("convention"))
        entry.refuse_own("align_corners", "the convention says it; leave out one of the two");
    transformer.align_corners = convention != ThetaConvention::torch;
    if (convention == ThetaConvention::sonnet) {
        SpatialTransformer::ThetaForm form = sonnet_theta(theta, context);
        put_first(form, transformer.size);
        transformer.form = form;
        return;
    }
    if (!is_reference(theta) || !theta.contains("order")) {
        transformer.form = SpatialTransformer::ThetaForm{
            matrix_2x3(theta, context, R"(, or (4,) beside an "order" such as "sx,tx,sy,ty",)")};
        return;
    }
    const std::vector<double> given = members(theta, {scale_shift_members}, context);
    transformer.form = SpatialTransformer::ScaleShiftForm{{given[0], given[1]}, {given[2], given[3]}};
    entry.stand_for("theta", {"scale", "shift"});
}

SpatialTransformer::MatrixForm read_matrix(Entry& entry, const ReadingContext& context) {
    const Value value = *entry.take("matrix");
    const Affine matrix{matrix_2x3(value, context)};
    if (read_matrix_convention(entry, context) == MatrixConvention::to_image) return {matrix};
    const auto& m = matrix.m;
    if (m[0][0] * m[1][1] == m[0][1] * m[1][0]) value.fail(std::string(rule_of_inverse));
    return {inverse(matrix)};
}

Mechanism read_spatial_transformer(Entry& entry, const Form& form, const ReadingContext& context) {
    SpatialTransformer transformer;
    Fill fill;
    if (!form.is("grid")) transformer.size = read_size(entry, context);
    if (form.is("theta")) {
        read_theta(entry, context, transformer);
    } else if (form.is("scale")) {
        const SpatialTransformer::ScaleShiftForm open;
        const Pair scale = read_pair(entry, "scale", scale_members, scale_words, open.scale, context);
        transformer.form = SpatialTransformer::ScaleShiftForm{
            scale, read_pair(entry, "shift", shift_members, shift_words, open.shift, context)};
    } else if (form.is("matrix")) {
        transformer.form = read_matrix(entry, context);
    } else if (auto warp = read_warp(entry, form, context)) {
        transformer.form = *std::move(warp);
    } else {
        const auto order = read_convention<BoxOrder>(entry, filled_box_orders, BoxOrder::xywh, context);
        transformer.form = read_turned_box(entry, order, context);
        fill = fill_of(order);
    }
    const PaddingAndFill padding = read_padding(entry, context, std::move(fill));
    transformer.padding = padding.padding;
    transformer.fill = padding.fill;
    const std::optional<Value> align = entry.take("align_corners");
    const bool is_said = form.is("theta") && entry.has_own("convention");
    if (align && !is_said) transformer.align_corners = boolean(*align);
    if (const std::optional<Value> interpolation = entry.take("interpolation")) {
        transformer.interpolation = word<Interpolation>(*interpolation, interpolation_words);
    }
    if (transformer.interpolation == Interpolation::bilinear) {
        if (const std::optional<Value> antialias = entry.take("antialias"))
            transformer.antialias = boolean(*antialias);
    } else {
        refuse_antialiasing(entry, "samples are antialiased with bilinear interpolation alone");
    }
    return transformer;
}

void write_transformer_form(const SpatialTransformer::ThetaForm& form, WrittenParameters& written) {
    written.add("theta", form.theta);
}

void write_transformer_form(const SpatialTransformer::ScaleShiftForm& form, WrittenParameters& written) {
    const SpatialTransformer::ScaleShiftForm identity;
    const bool is_shifted = written.has_defaults() || form.shift != identity.shift;
    // One of both, by which the form is known.
    if (!is_shifted || written.has_defaults() || form.scale != identity.scale)
        written.add("scale", form.scale);
    if (is_shifted) written.add("shift", form.shift);
}

void write_transformer_form(const SpatialTransformer::MatrixForm& form, WrittenParameters& written) {
    written.add("matrix", form.matrix.m);
}

void write_transformer_form(const SpatialTransformer::BoxForm& form, WrittenParameters& written) {
    write_box(form, written);
    write_angle(form, written);
}

void write_transformer_form(const SpatialTransformer::WarpForm& form, WrittenParameters& written) {
    write_warp(*form.warp, written);
}

void write_spatial_transformer(const Mechanism& mechanism, WrittenParameters& written) {
    const SpatialTransformer& transformer = std::get<SpatialTransformer>(mechanism);
    std::visit([&](const auto& form) { write_transformer_form(form, written); }, transformer.form);
    write_size(transformer.size, written);
    if (transformer.align_corners) written.add("align_corners", true);
    write_padding(transformer.padding, transformer.fill, written);
    write_word(written, "interpolation", interpolation_words, transformer.interpolation,
               SpatialTransformer{}.interpolation);
    if (transformer.antialias) written.add("antialias", true);
}

}  // namespace

Description spatial_transformer_description() {
    const SpatialTransformer open;
    const SpatialTransformer::ScaleShiftForm identity;
    std::vector<Form> forms{{{"theta"}}, {{"scale", "shift"}, false}, {{"matrix"}}, {{"box"}}};
    std::ranges::move(warp_forms(), std::back_inserter(forms));
    std::vector<Key> keys{
        box_key(),
        point_units_key(),
        convention_key({"box", "theta", "matrix", "projective"},
                       words_of(filled_box_orders, theta_conventions, matrix_conventions),
                       "The order of the box's numbers: xyxy and yxyx are two corners. Of theta: torch "
                       "aligns no corners, torch-corners does, and so does sonnet, whose theta may be "
                       "[scale_x, shift_x, scale_y, shift_y]. Of a matrix: kornia-warp and opencv-warp lead "
                       "from image to glimpse."),
        size_of_warps_key(),
        {.name = "theta",
         .forms = {"theta"},
         .type = theta_type(),
         .meaning = "From normalised glimpse to normalised image coordinates, both -1 to 1; the first row "
                    "makes x. A reference to four numbers says their order, as \"sx,tx,sy,ty\"."},
        pair_key("scale", scale_words, identity.scale, "Of theta = [[sx, 0, tx], [0, sy, ty]]."),
        pair_key("shift", shift_words, identity.shift, "Of theta = [[sx, 0, tx], [0, sy, ty]]."),
        {.name = "matrix",
         .forms = {"matrix"},
         .type = or_reference(matrix_2x3_type()),
         .unit = "pixels, their centres at whole numbers",
         .meaning = "From glimpse pixel to image pixel; the first row makes x."},
        angle_key(),
        {.name = "align_corners",
         .type = boolean_type(),
         .default_value = open.align_corners ? "true" : "false",
         .meaning = "Whether the normalised coordinates -1 and 1 are the centres of the outer pixels, rather "
                    "than their outer edges."},
        padding_key({}),
        enum_key("interpolation", {}, interpolation_words, open.interpolation, "How the image is sampled."),
        {.name = "antialias",
         .type = boolean_type(),
         .default_value = open.antialias ? "true" : "false",
         .meaning = "Whether bilinear samples see more of the image where it shrinks, so that no pixel is "
                    "passed over."}};
    std::ranges::move(warp_keys(), std::back_inserter(keys));
    return {.word = SpatialTransformer::name,
            .meaning =
                "A spatial transformer. Without a box, quadrilateral, grid or flow it needs a size, its own "
                "or a default.",
            .forms = std::move(forms),
            .keys = std::move(keys),
            .rules = {bilinear_rule, convention_rule("box", words_of(filled_box_orders)), tracker_rule,
                      convention_rule("theta", words_of(theta_conventions)),
                      convention_rule("matrix", words_of(matrix_conventions)),
                      convention_rule("projective", words_of(matrix_conventions))},
            .read = read_spatial_transformer,
            .write = write_spatial_transformer};
}

}  // namespace glimpse::parameters
