#include "glimpse/mechanisms/gaussian.hpp"

#include <algorithm>
#include <array>

#include "glimpse/words.hpp"
#include "parameters/conventions.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::string_view, 3> axis_members{"u", "s", "d"};
constexpr std::array<std::string_view, 6> axes_members{"ux", "sx", "dx", "uy", "sy", "dy"};
constexpr std::array<std::string_view, 5> draw_members{"gx", "gy", "log_sigma2", "log_delta", "log_gamma"};

constexpr const char* draw_words = "[gx, gy, log_sigma2, log_delta, log_gamma]";
/// As its code has them.
constexpr std::array<std::string_view, 5> jbornschein_members{"gy", "gx", "log_delta", "log_sigma2",
                                                              "log_gamma"};
constexpr const char* jbornschein_words = "[gy, gx, log_delta, log_sigma2, log_gamma]";
constexpr const char* sigma_words = "[sx, sy]";

using Code = Gaussian::Code;
using Normalise = Gaussian::Normalise;
constexpr std::array<std::pair<std::string_view, Normalise>, 2> normalisations{
    {{"eps", Normalise::eps}, {"safe", Normalise::safe}}};

/// DRAW's five numbers with their names, or in their order.
Type draw_type() {
    const Type object = object_type(draw_members);
    return {object.words + ", " + draw_words + " or a reference", "",
            R"("anyOf": [{)" + object.schema + "}, {" + numbers_type("", draw_members.size()).schema +
                "}, {" + std::string(ordered_reference_schema) + "}]"};
}

/// The six numbers with their names, or in the order of a convention.
Type axes_type() {
    const Type object = object_type(axes_members, {"sx", "sy"});
    return {object.words + ", six numbers or a reference", object.range,
            R"("anyOf": [{)" + object.schema + "}, {" + numbers_type("", axes_members.size()).schema +
                "}, {" + std::string(ordered_reference_schema) + "}]"};
}

Type sigma_type() {
    const std::string positive = "{" + positive_type().schema + "}";
    return {"a number, " + std::string(sigma_words) + " or a reference", positive_type().range,
            R"("anyOf": [)" + positive + R"(, {"type": "array", "minItems": 2, "maxItems": 2, "items": )" +
                positive + "}, {" + std::string(reference_schema) + "}]"};
}

Key axis_key(std::string_view name, std::string_view meaning) {
    return {.name = name,
            .forms = {"x"},
            .type = or_reference(object_type(axis_members, {"s"}), true),
            .unit = centre_unit,
            .meaning = meaning};
}

Gaussian::Axis read_axis(Entry& entry, std::string_view key, const ReadingContext& context) {
    const std::vector<double> axis =
        members(entry.need(key, "gaussian takes \"x\" and \"y\" together"), {axis_members}, context);
    return {axis[0], axis[1], axis[2]};
}

constexpr std::array<std::string_view, 6> post_members{"uy", "sy", "dy", "ux", "sx", "dx"};
constexpr std::array<std::string_view, 6> hart_members{"uy", "ux", "sy", "sx", "dy", "dx"};

/// The six numbers of a list in the order of `names`, in that of `axes_members`.
std::vector<double> listed_axes(const Value& value, std::span<const std::string_view> names,
                                const ReadingContext& context) {
    const std::string words = "[" + join(names) + "]";
    const std::vector<double> listed = numbers(value, {names}, words, context);
    std::vector<double> axes(axes_members.size());
    std::ranges::transform(axes_members, axes.begin(), [&](std::string_view member) {
        return listed[static_cast<std::size_t>(std::ranges::find(names, member) - names.begin())];
    });
    return axes;
}

/// Both axes in one value. Papers differ in the order, so that a reference must say it, or a list by its
/// convention.
Gaussian::AxesForm read_axes(Entry& entry, const ReadingContext& context) {
    const Value value = *entry.take("axes");
    const AxesOrder order = read_convention<AxesOrder>(entry, axes_orders, AxesOrder::named, context);
    const std::vector<double> axes =
        order == AxesOrder::named
            ? members(value, {.names = axes_members, .has_order = false}, context)
            : listed_axes(value, order == AxesOrder::post ? std::span(post_members) : std::span(hart_members),
                          context);
    entry.stand_for("axes", {"x", "y"});
    return {{axes[0], axes[1], axes[2]}, {axes[3], axes[4], axes[5]}};
}

Gaussian::DrawForm read_draw(Entry& entry, const ReadingContext& context, Gaussian& gaussian) {
    const Value value = *entry.take("draw");
    gaussian.code = read_convention<Code>(entry, draw_codes, Code::own, context);
    if (gaussian.code != Code::own) {
        entry.refuse_own("normalise",
                         "the convention says what each row is divided by; leave out one of the two");
    }
    // Of a list no member has a place of its own.
    if (value.is_array()) entry.stand_for("draw", {"draw"});
    if (gaussian.code == Code::jbornschein) {
        const std::vector<double> l = value.is_array()
                                          ? numbers(value, jbornschein_members.size(), jbornschein_words)
                                          : members(value, {jbornschein_members}, context);
        return {.gx = l[1], .gy = l[0], .log_sigma2 = l[3], .log_delta = l[2], .log_gamma = l[4]};
    }
    const std::vector<double> draw = value.is_array() ? numbers(value, draw_members.size(), draw_words)
                                                      : members(value, {draw_members}, context);
    return {draw[0], draw[1], draw[2], draw[3], draw[4]};
}

/// One for both axes, or one for each.
std::vector<double> read_sigmas(const Value& value, const ReadingContext& context) {
    if (is_reference(value)) return referenced_numbers(value, {Array::Shape(), {2}}, context);
    if (value.is_array()) return numbers(value, 2, sigma_words);
    return {json::number(value)};
}

Gaussian::BoxForm read_gaussian_box(Entry& entry, const ReadingContext& context, Gaussian& gaussian) {
    const auto order = read_convention<BoxOrder>(entry, gaussian_box_orders, BoxOrder::xywh, context);
    Gaussian::BoxForm form{read_box(entry, order, context)};
    if (order == BoxOrder::yxhw) {
        gaussian.code = Code::hart;
        entry.refuse_own("sigma", "the convention says how wide the Gaussians are; leave out one of the two");
        entry.refuse_own("angle", "the convention's code turns none; leave out one of the two");
        return form;
    }
    form.angle = read_angle(entry, context);
    const std::optional<Value> sigma = entry.take("sigma");
    if (!sigma) return form;
    const std::vector<double> sigmas = read_sigmas(*sigma, context);
    form.sigma = sigmas.front();
    if (sigmas.size() > 1) form.sigma_y = sigmas.back();
    if (sigma->is_array()) {
        entry.stand_for_elements("sigma", {"sigma", "sigma_y"});
    } else {
        entry.stand_for("sigma", {"sigma_y"});
    }
    return form;
}

/// With a padding nothing is added to the sums, which "eps" would ask for.
void read_gaussian_padding(Entry& entry, const ReadingContext& context, Gaussian& gaussian) {
    if (gaussian.code != Code::own) {
        return entry.refuse_own("padding", "the convention's code has none; leave out one of the two");
    }
    const PaddingAndFill padding = read_padding(entry, context);
    if (!padding.padding && std::holds_alternative<std::monostate>(padding.fill)) return;
    gaussian.outside = Gaussian::Outside{padding.padding.value_or(Padding::zeros), padding.fill};
    if (gaussian.normalise == Normalise::eps) {
        entry.refuse_own("normalise",
                         R"(with a "padding" nothing is added to the sums; leave out one of the two)");
    }
}

constexpr const char* hart_rule =
    R"({"if": {"required": ["box", "convention"], "properties": {"convention": {"const": "hart"}}}, )"
    R"("then": {"properties": {"sigma": false, "angle": false, "padding": false}}})";
constexpr const char* draw_code_rule = R"({"if": {"required": ["draw", "convention"]}, )"
                                       R"("then": {"properties": {"normalise": false, "padding": false}}})";
constexpr const char* padding_rule =
    R"({"if": {"required": ["padding"]}, "then": {"properties": {"normalise": {"const": "safe"}}}})";

Key gaussian_padding_key() {
    Key key = padding_key({});
    key.default_value = {};
    key.meaning = "What lies outside the image. Without it, the sums run over the pixels of the image alone.";
    return key;
}

Mechanism read_gaussian(Entry& entry, const Form& form, const ReadingContext& context) {
    Gaussian gaussian;
    if (form.is("x")) {
        const Gaussian::Axis x = read_axis(entry, "x", context);
        gaussian.form = Gaussian::AxesForm{x, read_axis(entry, "y", context)};
    } else if (form.is("axes")) {
        gaussian.form = read_axes(entry, context);
    } else if (form.is("draw")) {
        gaussian.form = read_draw(entry, context, gaussian);
    } else {
        gaussian.form = read_gaussian_box(entry, context, gaussian);
    }
    gaussian.size = read_size(entry, context);
    if (const std::optional<Value> normalise = entry.take("normalise")) {
        gaussian.normalise = word<Normalise>(*normalise, normalisations);
    }
    read_gaussian_padding(entry, context, gaussian);
    return gaussian;
}

/// Writes what has names, in their order, and as many numbers.
void write_members(WrittenParameters& written, std::string_view key, std::span<const std::string_view> names,
                   std::initializer_list<double> numbers) {
    WrittenParameters::Json object = WrittenParameters::Json::object();
    for (std::size_t k = 0; k < names.size(); ++k) object[std::string(names[k])] = numbers.begin()[k];
    written.add(key, std::move(object));
}

void write_axis(WrittenParameters& written, std::string_view key, const Gaussian::Axis& axis) {
    write_members(written, key, axis_members, {axis.u, axis.s, axis.d});
}

void write_gaussian_form(const Gaussian::AxesForm& form, Code /*code*/, WrittenParameters& written) {
    write_axis(written, "x", form.x);
    write_axis(written, "y", form.y);
}

void write_gaussian_form(const Gaussian::DrawForm& form, Code code, WrittenParameters& written) {
    if (code != Code::own) written.add("convention", word_of<Code>(draw_codes, code));
    write_members(written, "draw", draw_members,
                  {form.gx, form.gy, form.log_sigma2, form.log_delta, form.log_gamma});
}

void write_gaussian_form(const Gaussian::BoxForm& form, Code code, WrittenParameters& written) {
    if (code == Code::hart) {
        const Box& box = form.box;
        written.add("box", {box.y, box.x, box.height, box.width});
        write_units(form.units, written);
        return written.add("convention", gaussian_box_orders.back().first);
    }
    write_box(form, written);
    // Turned by however little, it is no product of two axes, and takes many times as long: it stays upright.
    if (form.angle != 0) write_angle(form, written);
    if (form.sigma_y) {
        written.add("sigma", {form.sigma, *form.sigma_y});
    } else if (written.has_defaults() || form.sigma != Gaussian::BoxForm{}.sigma) {
        written.add("sigma", form.sigma);
    }
}

void write_gaussian(const Mechanism& mechanism, WrittenParameters& written) {
    const Gaussian& gaussian = std::get<Gaussian>(mechanism);
    std::visit([&](const auto& form) { write_gaussian_form(form, gaussian.code, written); }, gaussian.form);
    write_size(gaussian.size, written);
    write_word(written, "normalise", normalisations, gaussian.normalise, Gaussian{}.normalise);
    if (gaussian.outside) write_padding(gaussian.outside->padding, gaussian.outside->fill, written);
}

}  // namespace

Description gaussian_description() {
    return {
        .word = Gaussian::name,
        .meaning = "A grid of Gaussian filters. Without a box it needs a size, its own or a default.",
        .forms = {{{"x", "y"}}, {{"axes"}}, {{"draw"}}, {{"box"}}},
        .keys =
            {box_key(),
             units_key(),
             convention_key(
                 {"box", "axes", "draw"}, words_of(box_orders, axes_orders, draw_codes),
                 "The order of the box's numbers: xyxy and yxyx are two corners, and HART's, "
                 "[y, x, height, width], makes other Gaussians, too; or of axes that are a list of "
                 "six numbers: post is uy, sy, dy, ux, sx, dx, hart is uy, ux, sy, sx, dy, dx; or "
                 "whose code DRAW's numbers are for."),
             size_key({}),
             axis_key("x",
                      "Along the image's width: u, the first Gaussian's centre; s, the standard "
                      "deviation; d, the distance between neighbours."),
             axis_key("y",
                      "Along the image's height: u, the first Gaussian's centre; s, the standard "
                      "deviation; d, the distance between neighbours."),
             {.name = "axes",
              .forms = {"axes"},
              .type = axes_type(),
              .unit = centre_unit,
              .meaning =
                  "The six numbers of x and y. A reference says their order, as \"uy,sy,dy,ux,sx,dx\", and a "
                  "list by its convention."},
             {.name = "draw",
              .forms = {"draw"},
              .type = draw_type(),
              .meaning =
                  "DRAW's parameters: the grid's centre, -1 to 1 inside the image; the logarithms of the "
                  "variance (square pixels), the stride and the intensity. The paper's size is a square. "
                  "A reference may say their order."},
             {.name = "sigma",
              .forms = {"box"},
              .type = sigma_type(),
              .unit = "the distance between neighbouring Gaussians",
              .default_value = number_text(Gaussian::BoxForm{}.sigma),
              .meaning = "Standard deviation: one for both axes, or one for each."},
             angle_key(),
             enum_key(
                 "normalise", {}, normalisations, Gaussian{}.normalise,
                 "eps: 1e-8 is added to each row's mass, so that a row far from every pixel fades to black. "
                 "safe: it takes the nearest pixel. With a padding nothing is added."),
             gaussian_padding_key()},
        .rules = {hart_rule, draw_code_rule, padding_rule,
                  convention_rule("box", words_of(gaussian_box_orders)),
                  convention_rule("axes", words_of(axes_orders)),
                  convention_rule("draw", words_of(draw_codes))},
        .read = read_gaussian,
        .write = write_gaussian};
}

}  // namespace glimpse::parameters
