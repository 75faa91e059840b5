#include "glimpse/mechanisms/gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/footprints.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/gaussian_forms.hpp"
#include "mechanisms/gaussian_rows.hpp"
#include "mechanisms/reachable.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

double sigma_y(const Gaussian::BoxForm& form) {
    return form.sigma_y ? *form.sigma_y : form.sigma;
}

void validate_axis(const Gaussian::Axis& axis, const std::string& field) {
    require_finite(axis.u, field + "/u");
    require_standard_deviation(axis.s, field + "/s");
    require_finite(axis.d, field + "/d");
}

/// What is valid may still overflow, or vanish, when it is multiplied out for an image.
void require_representable(const Gaussian::Axis& axis) {
    if (!std::isfinite(axis.u) || !std::isfinite(axis.d) || !std::isfinite(axis.s) || axis.s <= 0) {
        throw Error("the parameters come to Gaussians that float64 cannot hold: u = " + number_text(axis.u) +
                    ", s = " + number_text(axis.s) + ", d = " + number_text(axis.d));
    }
}

/// Throws unless float32 can hold the exponential of an exponent that `field` gives.
void require_exponential(double exponent, const std::string& field) {
    const double value = std::exp(exponent);
    if (!std::isfinite(exponent) || value < std::numeric_limits<float>::min() ||
        value > std::numeric_limits<float>::max()) {
        throw InvalidParameter(
            field, "the exponential of " + number_text(exponent) + " is not a number that float32 can hold");
    }
}

void validate_draw(const Gaussian::DrawForm& draw) {
    require_finite(draw.gx, "/draw/gx");
    require_finite(draw.gy, "/draw/gy");
    require_exponential(0.5 * draw.log_sigma2, "/draw/log_sigma2");
    require_exponential(draw.log_delta, "/draw/log_delta");
    // γ and, for writing, 1/γ.
    require_exponential(draw.log_gamma, "/draw/log_gamma");
    require_exponential(-draw.log_gamma, "/draw/log_gamma");
}

/// HART's distance between Gaussians is that of their number less one.
void require_many(const std::optional<Size>& size) {
    if (size && size->width > 1 && size->height > 1) return;
    throw InvalidParameter("/size",
                           "HART divides the box by the number of its Gaussians less one: a size of 2 "
                           "and more in each direction is needed" +
                               (size ? ", not " + to_string(*size) : std::string()));
}

void require_sigma(double sigma, const std::string& field) {
    if (std::isfinite(sigma) && sigma > 0) return;
    throw InvalidParameter(field, "sigma is > 0, not " + number_text(sigma));
}

/// Of the box before it is turned, but by 180°, which the axes can tell.
Gaussian::AxesForm axes_of_box(const Gaussian::BoxForm& form, Size image, Size size) {
    const Box box = in_pixels(form, image);
    const Affine turned = box_to_image(box, size, form.angle);
    const Affine cells = turned.axis_aligned() ? turned : box_to_image(box, size);
    const auto axis = [](double u, double d, double sigma) {
        return Gaussian::Axis{u, sigma * std::abs(d), d};
    };
    return {axis(cells.m[0][2], cells.m[0][0], form.sigma),
            axis(cells.m[1][2], cells.m[1][1], sigma_y(form))};
}

Gaussian::AxesForm axes_of_hart(const Gaussian::BoxForm& form, Size image, Size size) {
    const Box box = in_pixels(form, image);
    const auto axis = [](double u, double length, int count, int side) {
        return Gaussian::Axis{u, (0.5 * length / side + 1e-5) * side / count, length / (count - 1)};
    };
    return {axis(box.x, box.width, size.width, image.width),
            axis(box.y, box.height, size.height, image.height)};
}

/// How many times δ̃ the stride δ is.
double strides_of_draw(Size image, Size size) {
    const int longer = std::max(size.width, size.height);
    return longer > 1 ? (std::max(image.width, image.height) - 1.0) / (longer - 1) : 0.0;
}

/// What g̃ = -1 … 1 spans, half of it.
double half_of_draw(int length, Gaussian::Code code) {
    return (length + (code == Gaussian::Code::jbornschein ? 0 : 1)) / 2.0;
}

/// g_X less the middle of the Gaussians' centres, which are counted from 0.
double shift_of_draw(double delta, Gaussian::Code code) {
    // 1-based in the paper, 0-based in the codes, whose Gaussians lie one stride to the left.
    return code == Gaussian::Code::own ? 1 : delta;
}

Gaussian::AxesForm axes_of_draw(const Gaussian::DrawForm& draw, Gaussian::Code code, Size image, Size size) {
    const double delta = strides_of_draw(image, size) * std::exp(draw.log_delta);
    const double s = code == Gaussian::Code::ericjang ? std::sqrt(2) * std::exp(draw.log_sigma2)
                                                      : std::exp(0.5 * draw.log_sigma2);
    const auto axis = [&](double g, int length, int count) {
        const double centre = half_of_draw(length, code) * (g + 1) - shift_of_draw(delta, code);
        return Gaussian::Axis{centre - (count - 1) / 2.0 * delta, s, delta};
    };
    return {axis(draw.gx, image.width, size.width), axis(draw.gy, image.height, size.height)};
}

/// Codes see nothing outside the image, and turn nothing.
void require_no_code(const Gaussian& gaussian) {
    if (gaussian.code == Gaussian::Code::own) return;
    if (gaussian.outside) {
        throw InvalidParameter("/padding", "the convention's code has none: leave out one of the two");
    }
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (box && box->angle != 0) {
        throw InvalidParameter("/angle", "the convention's code has none: leave out one of the two");
    }
}

/// The matrix of a box that is turned, so that its Gaussians are no product of two axes; none of any other.
std::optional<Affine> turned_matrix(const Gaussian& gaussian, Size size) {
    const auto* const form = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (!form || form->angle == 0) return std::nullopt;
    const Affine matrix = box_to_image(form->box, size, form->angle);
    return matrix.axis_aligned() ? std::nullopt : std::optional(matrix);
}

/// The Gaussians of a turned box, whose lesser standard deviation along a line may be too small to be looked
/// for beyond the image.
void require_computable(const Gaussian::AxesForm& axes, bool is_padded) {
    constexpr double extreme = 1e100;  // whose inverse, and squares of both, float64 holds
    constexpr double least = 1.0 / 32;
    for (const double s : {axes.x.s, axes.y.s}) {
        if (s >= 1 / extreme && s <= extreme) continue;
        throw Error("turned, a Gaussian has a standard deviation from " + number_text(1 / extreme) + " to " +
                    number_text(extreme) + " pixels, not " + number_text(s));
    }
    if (!is_padded) return;
    require_reach(gaussian_cutoff * std::hypot(axes.x.s, axes.y.s));
    const double lesser = std::min(axes.x.s, axes.y.s);
    if (lesser >= least) return;
    throw Error("turned and padded, a Gaussian has a standard deviation of at least " + number_text(least) +
                " pixels, and this one " + number_text(lesser) + "; give it a greater one, or no padding");
}

Lowered lower_turned(const Gaussian& gaussian, const Affine& matrix, Size image, Size size) {
    const auto& form = std::get<Gaussian::BoxForm>(gaussian.form);
    const Gaussian::Outside outside = gaussian.outside ? *gaussian.outside : Gaussian::Outside();
    const bool padded{gaussian.outside};
    require_reachable(matrix, size, "/box");
    const double added = padded ? 0 : divisor_of(gaussian).added;
    Footprints footprints{.points = matrix,
                          .jacobians = {},
                          .padding = outside.padding,
                          .gaussians = Footprints::Gaussians{
                              .s = {form.sigma, sigma_y(form)},
                              .sees_image_alone = !padded,
                              .added = added,
                          }};
    require_computable(footprints, {.image = image, .glimpse = size, .kind = {}});
    Lowered lowered{.map = {.image = image, .glimpse = size, .kind = std::move(footprints)},
                    .fades = !padded,
                    .fill = outside.fill,
                    .matrix = matrix};
    // What is added may take much, which lies nowhere.
    if (added > 0) lowered.inside = inside(lowered);
    return lowered;
}

}  // namespace

double gain_of(const Gaussian& gaussian) {
    const auto* const draw = std::get_if<Gaussian::DrawForm>(&gaussian.form);
    return draw ? std::exp(draw->log_gamma) : 1.0;
}

Gaussian::DrawForm draw_form(const Gaussian::AxesForm& axes, Gaussian::Code code, Size image, Size size) {
    const auto& [x, y] = axes;
    const auto spread = [](int count) { return double(count) * count - 1; };
    const double all = spread(size.width) + spread(size.height);
    const double delta = all > 0 ? (x.d * spread(size.width) + y.d * spread(size.height)) / all : 0.0;
    const double strides = strides_of_draw(image, size);
    if (all > 0 && !(delta > 0 && strides > 0)) {
        throw Error("DRAW's stride is > 0 and a part of the image's, " + number_text(strides) +
                    " pixels, and this one is " + number_text(delta));
    }
    const double variance = (x.s * x.s + y.s * y.s) / 2;
    const auto g = [&](const Gaussian::Axis& axis, int length, int count) {
        const double centre = axis.u + (count - 1) / 2.0 * axis.d;
        return (centre + shift_of_draw(delta, code)) / half_of_draw(length, code) - 1;
    };
    return {
        .gx = g(x, image.width, size.width),
        .gy = g(y, image.height, size.height),
        .log_sigma2 = code == Gaussian::Code::ericjang ? 0.5 * std::log(variance / 2) : std::log(variance),
        .log_delta = all > 0 ? std::log(delta / strides) : 0.0};
}

Gaussian::BoxForm box_form(const Gaussian::AxesForm& axes, Size size) {
    const auto& [x, y] = axes;
    const auto begin = [](const Gaussian::Axis& axis) { return edge_from_centre(axis.u) - axis.d / 2; };
    Gaussian::BoxForm form{{{begin(x), begin(y), x.d * size.width, y.d * size.height}}};
    form.sigma = x.s / x.d;
    if (const double sigma_y = y.s / y.d; sigma_y != form.sigma) form.sigma_y = sigma_y;
    return form;
}

Gaussian::BoxForm box_form_of_hart(const Gaussian::AxesForm& axes, Size size) {
    const auto& [x, y] = axes;
    return {{{x.u, y.u, x.d * (size.width - 1), y.d * (size.height - 1)}}};
}

void validate(const Gaussian& gaussian) {
    require_size(gaussian);
    if (gaussian.code == Gaussian::Code::hart) require_many(gaussian.size);
    if (gaussian.outside) require_float32(gaussian.outside->fill);
    require_no_code(gaussian);
    std::visit(overloaded{[](const Gaussian::AxesForm& form) {
                              validate_axis(form.x, "/x");
                              validate_axis(form.y, "/y");
                          },
                          [](const Gaussian::DrawForm& form) { validate_draw(form); },
                          [](const Gaussian::BoxForm& form) {
                              require_box(form.box);
                              require_finite(form.angle, "/angle");
                              require_sigma(form.sigma, "/sigma");
                              if (form.sigma_y) require_sigma(*form.sigma_y, "/sigma_y");
                          }},
               gaussian.form);
}

Gaussian::AxesForm axes(const Gaussian& gaussian, Size image, Size size) {
    return std::visit(overloaded{[](const Gaussian::AxesForm& form) { return form; },
                                 [&](const Gaussian::DrawForm& form) {
                                     return axes_of_draw(form, gaussian.code, image, size);
                                 },
                                 [&](const Gaussian::BoxForm& form) {
                                     return gaussian.code == Gaussian::Code::hart
                                                ? axes_of_hart(form, image, size)
                                                : axes_of_box(form, image, size);
                                 }},
                      gaussian.form);
}

namespace {

/// The key of the numbers that say where its Gaussians are.
std::string field_of(const Gaussian& gaussian) {
    if (std::holds_alternative<Gaussian::BoxForm>(gaussian.form)) return "/box";
    return std::holds_alternative<Gaussian::DrawForm>(gaussian.form) ? "/draw" : "";
}

}  // namespace

Lowered lower(const Gaussian& given, Size image) {
    validate(given);
    const Gaussian gaussian = with_box_in_pixels(given, image);
    const double gain = gain_of(gaussian);
    const Size size = size_of(gaussian, image);
    const auto [x, y] = axes(gaussian, image, size);
    require_representable(x);
    require_representable(y);
    if (const auto matrix = turned_matrix(gaussian, size)) {
        require_computable({x, y}, bool(gaussian.outside));
        return lower_turned(gaussian, *matrix, image, size);
    }
    const Affine matrix{{{{x.d, 0, x.u}, {0, y.d, y.u}}}};
    if (gaussian.outside) {
        require_reachable(matrix, size, field_of(gaussian));
        const Padding padding = gaussian.outside->padding;
        return {.map = {.image = image,
                        .glimpse = size,
                        .kind = Separable{.rows = padded_filters(y, size.height, image.height, padding, gain),
                                          .columns = padded_filters(x, size.width, image.width, padding, 1)}},
                .full_weight = gain,
                .fill = gaussian.outside->fill,
                .matrix = matrix};
    }
    FilterBank rows = filter_bank(y, size.height, image.height, gaussian, gain);
    FilterBank columns = filter_bank(x, size.width, image.width, gaussian, 1);
    return {.map = {.image = image,
                    .glimpse = size,
                    .kind = Separable{.rows = std::move(rows.a), .columns = std::move(columns.a)}},
            .full_weight = gain,
            .fades = true,
            .matrix = matrix,
            .inside = rows.inside * columns.inside};
}

Gaussian for_writing(const Gaussian& gaussian) {
    Gaussian writer = gaussian;
    if (auto* draw = std::get_if<Gaussian::DrawForm>(&writer.form)) draw->log_gamma = -draw->log_gamma;
    return writer;
}

}  // namespace glimpse
