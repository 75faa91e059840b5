#include <algorithm>
#include <array>
#include <cmath>

#include "conversion/fitting.hpp"
#include "conversion/targets.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/gaussian_forms.hpp"

namespace glimpse::conversion {

namespace {

using Code = Gaussian::Code;

/// A Gaussian that narrow, in pixels, copies the pixel that it lies on.
constexpr double least_deviation = 0.1;

Size size_of_box(const Gaussian& gaussian, const KnownImage& image) {
    if (gaussian.size) return *gaussian.size;
    const auto& form = std::get<Gaussian::BoxForm>(gaussian.form);
    return rounded_size(
        in_pixels(form, image.needed_if(form.units == Units::fraction, "a box in fractions")));
}

bool depends_on_image(const Gaussian& gaussian) {
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    return std::holds_alternative<Gaussian::DrawForm>(gaussian.form) || gaussian.code == Code::hart ||
           (box && box->units == Units::fraction);
}

/// The code by whose rule rows are divided.
Code divisor_of(Code code) {
    return code == Code::hart ? Code::own : code;
}

/// What Gaussian attention takes of a mechanism, which may be of that kind itself.
struct FittedAxes {
    Gaussian gaussian;  ///< without its form; of a code only where it is of one
    Gaussian::AxesForm axes;
    double log_gamma = 0;
    Sight sight;
    bool is_its_own = false;  ///< nothing was fitted
    bool was_turned = false;  ///< Gaussians of a turned box have become upright ones
};

/// From glimpse pixel to image pixel, also of a box that is turned.
Affine matrix_of(const Gaussian& gaussian, Size image, Size size) {
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (box && box->angle != 0) return box_to_image(in_pixels(*box, image), size, box->angle);
    const auto [x, y] = axes(gaussian, image, size);
    return {{{{x.d, 0, x.u}, {0, y.d, y.u}}}};
}

/// With the padding that the sight has, if it has any, and the upright grid nearest to its points.
void fit_upright(FittedAxes& fitted, const std::array<double, 2>& deviation) {
    const Affine fit = upright_fit(fitted.sight.points, fitted.sight.size);
    fitted.axes = {{fit.m[0][2], deviation[0], fit.m[0][0]}, {fit.m[1][2], deviation[1], fit.m[1][1]}};
}

std::array<double, 2> deviations_of(const Sight& sight) {
    return {std::max(sight.deviation[0], least_deviation), std::max(sight.deviation[1], least_deviation)};
}

void take_padding(const Sight& sight, Gaussian& gaussian) {
    if (is_padded(sight)) {
        gaussian.outside =
            Gaussian::Outside{.padding = sight.padding.value_or(Padding::zeros), .fill = sight.fill};
    }
}

FittedAxes fitted_axes(const Mechanism& mechanism, const KnownImage& image) {
    FittedAxes fitted{.gaussian = {}, .axes = {}, .sight = sight_of(mechanism, image)};
    const Sight& sight = fitted.sight;
    if (const auto* const own = std::get_if<Gaussian>(&mechanism)) {
        const Size known = image.needed_if(depends_on_image(*own), "these numbers");
        fitted.gaussian = *own;
        fitted.gaussian.size = sight.size;
        fitted.was_turned = !sight.points.affine()->axis_aligned();
        if (fitted.was_turned) {
            fit_upright(fitted, sight.deviation);
        } else {
            fitted.axes = axes(*own, known, sight.size);
        }
        if (const auto* const draw = std::get_if<Gaussian::DrawForm>(&own->form))
            fitted.log_gamma = draw->log_gamma;
        fitted.is_its_own = true;
        return fitted;
    }
    fitted.gaussian.size = sight.size;
    take_padding(sight, fitted.gaussian);
    fit_upright(fitted, deviations_of(sight));
    return fitted;
}

/// In a form of that code, with what it has no room for.
Carried in_form(const FittedAxes& fitted, decltype(Gaussian::form) form, Code code) {
    Gaussian gaussian = fitted.gaussian;
    const Code given = gaussian.code;
    gaussian.form = std::move(form);
    gaussian.code = code;
    Carried carried;
    const bool takes_normalise = divisor_of(code) == Code::own;
    if (!takes_normalise && gaussian.normalise != Gaussian{}.normalise) {
        carried.losses.emplace_back(R"("normalise": the code says what each row is divided by)");
        gaussian.normalise = Gaussian{}.normalise;
    }
    if (code != Code::own && gaussian.outside) {
        carried.losses.emplace_back("its padding: the code has none");
        gaussian.outside = nullptr;
    }
    carried.has_same_kernel =
        fitted.is_its_own && !fitted.was_turned && divisor_of(given) == divisor_of(code);
    if (fitted.was_turned) carried.stand_in = "upright Gaussians for turned ones";
    if (fitted.is_its_own && divisor_of(given) != divisor_of(code))
        carried.stand_in = "another small number for what one code adds to each row's mass";
    if (!fitted.is_its_own) {
        lose_peculiar(fitted.sight, carried);
        if (fitted.sight.kernel != Kernel::copy)
            carried.stand_in = "Gaussians of its standard deviation for its kernel, " +
                               std::string(word_of(fitted.sight.kernel));
    }
    auto* const draw = std::get_if<Gaussian::DrawForm>(&gaussian.form);
    if (draw) draw->log_gamma = fitted.log_gamma;
    if (!draw && fitted.is_its_own) lose_peculiar(fitted.sight, carried);
    carried.mechanism = std::move(gaussian);
    return carried;
}

Carried as_axes(const Mechanism& mechanism, const KnownImage& image) {
    const FittedAxes f = fitted_axes(mechanism, image);
    return in_form(f, f.axes, Code::own);
}

/// By its axes, or of what is turned by a box that is.
Carried as_gaussian(const Mechanism& mechanism, const KnownImage& image) {
    if (std::holds_alternative<Gaussian>(mechanism)) return as_it_is(mechanism);
    FittedAxes f = fitted_axes(mechanism, image);
    const Affine fit = affine_fit(f.sight.points, f.sight.size);
    if (fit.axis_aligned() || !(fit.determinant() > 0)) return in_form(f, f.axes, Code::own);
    Gaussian::BoxForm form{turned_box_fit(f.sight)};
    const Size size = f.sight.size;
    const auto [s_x, s_y] = deviations_of(f.sight);
    form.sigma = s_x / (form.box.width / size.width);
    form.sigma_y = s_y / (form.box.height / size.height);
    return in_form(f, std::move(form), Code::own);
}

/// The six numbers as a list in place of "x" and "y".
void write_list(Json& keys, parameters::AxesOrder order, std::string_view convention) {
    const Json x = keys.at("x");
    const Json y = keys.at("y");
    Json list{
        {"axes", order == parameters::AxesOrder::post ? Json{y["u"], y["s"], y["d"], x["u"], x["s"], x["d"]}
                                                      : Json{y["u"], x["u"], y["s"], x["s"], y["d"], x["d"]}},
        {"convention", convention}};
    keys.erase("x");
    keys.erase("y");
    list.update(keys);
    keys = std::move(list);
}

Carried as_draw(const Mechanism& mechanism, Code code, const KnownImage& image) {
    if (const auto* const own = std::get_if<Gaussian>(&mechanism)) {
        if (std::holds_alternative<Gaussian::DrawForm>(own->form) && own->code == code)
            return as_it_is(mechanism);
    }
    const Size size = image.needed("what DRAW's numbers mean");
    const FittedAxes f = fitted_axes(mechanism, image);
    return in_form(f, draw_form(f.axes, code, size, f.sight.size), code);
}

Carried as_hart_box(const Mechanism& mechanism, const KnownImage& image) {
    if (const auto* const own = std::get_if<Gaussian>(&mechanism); own && own->code == Code::hart)
        return as_it_is(mechanism);
    static_cast<void>(image.needed("how wide HART's Gaussians are"));
    const FittedAxes f = fitted_axes(mechanism, image);
    if (const Size size = f.sight.size; size.width < 2 || size.height < 2)
        throw Error("HART divides the box by the number of its Gaussians less one, and of " +
                    to_string(size) + " it has none to divide by");
    Carried carried = in_form(f, box_form_of_hart(f.axes, f.sight.size), Code::hart);
    carried.has_same_kernel = false;
    carried.stand_in = "the standard deviations that HART's code makes of the box for " +
                       number_text(f.axes.x.s) + " and " + number_text(f.axes.y.s);
    return carried;
}

}  // namespace

Sight sight_of(const Gaussian& gaussian, const KnownImage& image) {
    const Size size = size_of_box(gaussian, image);
    const Size known = image.needed_if(depends_on_image(gaussian), "where and how wide these Gaussians are");
    const auto [x, y] = axes(gaussian, known, size);
    Sight sight{.size = size, .points = matrix_of(gaussian, known, size)};
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (box && gaussian.code != Code::hart) {
        sight.box = OrientedBox{.box = in_pixels(*box, known), .angle = box->angle};
    }
    if (gaussian.outside) {
        sight.padding = gaussian.outside->padding;
        sight.fill = gaussian.outside->fill;
    }
    sight.kernel = Kernel::gaussian;
    sight.deviation = {x.s, y.s};
    if (const double gain = gain_of(gaussian); gain != 1)
        sight.peculiar.push_back("γ, " + number_text(gain) + ": the numbers of DRAW alone have one");
    return sight;
}

Carried with_box(const Gaussian& gaussian, const KnownImage& image) {
    if (std::holds_alternative<Gaussian::BoxForm>(gaussian.form) && gaussian.code != Code::hart)
        return as_it_is(gaussian);
    const FittedAxes f = fitted_axes(gaussian, image);
    if (!(f.axes.x.d > 0) || !(f.axes.y.d > 0))
        throw Error("the distances between its Gaussians are not > 0, as those of a box's cells are");
    return in_form(f, box_form(f.axes, f.sight.size), Code::own);
}

std::vector<Target> gaussian_targets() {
    std::vector<Target> targets{
        {"gaussian", "Gaussian attention by its x and y, or by a turned box; what is Gaussian stays as it is",
         [](const Mechanism& mechanism, const KnownImage& image) { return as_gaussian(mechanism, image); }},
        {"axes", "Gaussian attention by its x and y, {u, s, d} each", as_axes}};
    for (const auto& [word, order] : parameters::axes_orders) {
        targets.push_back({word,
                           order == parameters::AxesOrder::post
                               ? "the same as the list [uy, sy, dy, ux, sx, dx]"
                               : "the same as HART's list [uy, ux, sy, sx, dy, dx]",
                           [word = word, order = order](const Mechanism& mechanism, const KnownImage& image) {
                               Carried carried = as_axes(mechanism, image);
                               carried.rewrite = [=](Json& keys) { write_list(keys, order, word); };
                               return carried;
                           }});
    }
    targets.push_back({"hart-box",
                       "Gaussian attention, as HART's code makes it of a box [y, x, height, width]",
                       as_hart_box});
    targets.push_back({"draw", "DRAW's five numbers, as the paper has them",
                       [](const Mechanism& mechanism, const KnownImage& image) {
                           return as_draw(mechanism, Code::own, image);
                       }});
    for (const auto& [word, code] : parameters::draw_codes) {
        targets.push_back({word,
                           code == Code::ericjang ? "the same as the code of ericjang/draw has them"
                                                  : "the same as the code of jbornschein/draw has them",
                           [code = code](const Mechanism& mechanism, const KnownImage& image) {
                               return as_draw(mechanism, code, image);
                           }});
    }
    return targets;
}

}  // namespace glimpse::conversion
