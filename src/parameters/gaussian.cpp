#include "glimpse/mechanisms/gaussian.hpp"

#include <array>

#include "glimpse/words.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::string_view, 3> axis_members{"u", "s", "d"};
constexpr std::array<std::string_view, 5> draw_members{"gx", "gy", "log_sigma2", "log_delta", "log_gamma"};

using Normalise = Gaussian::Normalise;
constexpr std::array<std::pair<std::string_view, Normalise>, 2> normalisations{
    {{"eps", Normalise::eps}, {"safe", Normalise::safe}}};

Key axis_key(std::string_view name, std::string_view meaning) {
    return {.name = name,
            .forms = {"x"},
            .type = object_type(axis_members, "s"),
            .unit = centre_unit,
            .meaning = meaning};
}

Gaussian::Axis read_axis(Entry& entry, std::string_view key) {
    const std::vector<double> axis =
        members(entry.need(key, "gaussian takes \"x\" and \"y\" together"), axis_members);
    return {axis[0], axis[1], axis[2]};
}

Gaussian::DrawForm read_draw(Entry& entry) {
    const std::vector<double> draw = members(*entry.take("draw"), draw_members);
    return {draw[0], draw[1], draw[2], draw[3], draw[4]};
}

Gaussian::BoxForm read_gaussian_box(Entry& entry) {
    Gaussian::BoxForm form{read_box(entry)};
    if (const std::optional<Value> sigma = entry.take("sigma")) form.sigma = number(*sigma);
    return form;
}

Mechanism read_gaussian(Entry& entry, const Form& form, const ReadingContext& context) {
    Gaussian gaussian;
    if (form.is("x")) {
        const Gaussian::Axis x = read_axis(entry, "x");
        gaussian.form = Gaussian::AxesForm{x, read_axis(entry, "y")};
    } else if (form.is("draw")) {
        gaussian.form = read_draw(entry);
    } else {
        gaussian.form = read_gaussian_box(entry);
    }
    gaussian.size = read_size(entry, context);
    if (const std::optional<Value> normalise = entry.take("normalise")) {
        gaussian.normalise = word<Normalise>(*normalise, normalisations);
    }
    return gaussian;
}

}  // namespace

Description gaussian_description() {
    return {
        .word = Gaussian::name,
        .meaning = "A grid of Gaussian filters. Without a box it needs a size, its own or a default.",
        .forms = {{{"x", "y"}}, {{"draw"}}, {{"box"}}},
        .keys =
            {box_key(),
             units_key(),
             size_key({}),
             axis_key("x",
                      "Along the image's width: u, the first Gaussian's centre; s, the standard "
                      "deviation; d, the distance between neighbours."),
             axis_key("y",
                      "Along the image's height: u, the first Gaussian's centre; s, the standard "
                      "deviation; d, the distance between neighbours."),
             {.name = "draw",
              .forms = {"draw"},
              .type = object_type(draw_members),
              .meaning =
                  "DRAW's parameters: the grid's centre, -1 to 1 inside the image; the logarithms of the "
                  "variance (square pixels), the stride and the intensity. The size is a square."},
             {.name = "sigma",
              .forms = {"box"},
              .type = positive_type(),
              .unit = "the distance between neighbouring Gaussians",
              .default_value = number_text(Gaussian::BoxForm{}.sigma),
              .meaning = "Standard deviation."},
             enum_key(
                 "normalise", {}, normalisations, Gaussian{}.normalise,
                 "eps: 1e-8 is added to each row's mass, so that a row far from every pixel fades to black. "
                 "safe: it takes the nearest pixel.")},
        .read = read_gaussian};
}

}  // namespace glimpse::parameters
