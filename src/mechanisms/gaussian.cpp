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
#include "maps/taps.hpp"
#include "mechanisms/gaussian_forms.hpp"
#include "mechanisms/reachable.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// Weights are kept where exp(-½ z²) ≥ exp(-½ cutoff²) times that of the nearest pixel of the image, z the
/// distance to the centre in units of s. By Mills' ratio what is left out of a row is at most e^(-cutoff²/2)
/// = 1.5e-8 of its mass, also where the centre lies outside the image and only a flank is left of the
/// Gaussian. Since each row is normalised over what it keeps, that changes a value by at most 2 · 1.5e-8 ·
/// max|I| on each axis, 6.1e-8 on both, which leaves 9e-7 of the promised 1e-6 for float32 weights and sums.
constexpr double cutoff = 6;

/// What a row's mass Σm is divided by: max(Σm + added, least).
struct Divisor {
    double added;
    double least;

    [[nodiscard]] double of(double mass) const { return std::max(mass + added, least); }
};

/// Part of the definition: rows whose weights all vanish fade to black.
Divisor divisor_of(const Gaussian& gaussian) {
    constexpr double epsilon = 1e-8;
    constexpr double epsilon_of_jbornschein = 1e-4;
    if (gaussian.code == Gaussian::Code::ericjang) return {0, epsilon};
    if (gaussian.code == Gaussian::Code::jbornschein) return {epsilon_of_jbornschein, 0};
    return {gaussian.normalise == Gaussian::Normalise::eps ? epsilon : 0.0, 0};
}

double sigma_y(const Gaussian::BoxForm& form) {
    return form.sigma_y ? *form.sigma_y : form.sigma;
}

/// Throws unless so many positions may be looked at beyond the image, on either side of a centre.
void require_reach(double reach) {
    constexpr double most = 1 << 22;
    if (2 * reach <= most) return;
    throw Error("padded, a Gaussian looks at " + number_text(2 * reach) + " pixels of a line, and " +
                number_text(most) + " are the most; give it a lesser standard deviation, or no padding");
}

/// The Gaussian of one centre on the pixels of an axis.
struct AxisFilter {
    double centre;
    double s;
    int nearest;  ///< the pixel of the image that is nearest to the centre

    AxisFilter(double filter_centre, double filter_s, int size)
        : centre(filter_centre),
          s(filter_s),
          nearest(static_cast<int>(std::clamp(std::nearbyint(centre), 0.0, size - 1.0))) {}

    /// m_ik.
    [[nodiscard]] double weight(int k) const { return gaussian_form::weight((k - centre) / s); }

    /// m_ik divided by that of the nearest pixel, the greatest; for any centre and s: the squares of the two
    /// distances, which may be huge and nearly alike, are subtracted before they are computed.
    [[nodiscard]] double relative_weight(int k) const {
        if (k == nearest) return 1;
        return std::exp(-0.5 * ((k - nearest) * ((k - centre) + (nearest - centre)) / s / s));
    }

    /// The columns that are kept.
    [[nodiscard]] Interval kept(int size) const {
        const double beyond = std::abs(nearest - centre);
        const double radius = cutoff * s;
        const double reach = std::hypot(beyond, radius);
        double first = std::ceil(centre - reach);
        double last = std::floor(centre + reach);
        constexpr double far = 1 << 24;  // beyond it centre ± reach would lose too many digits
        if (beyond > far) {
            const double seen = std::isinf(radius) ? size : std::floor(radius * (radius / (reach + beyond)));
            first = nearest - seen;
            last = nearest + seen;
        }
        return {static_cast<int>(std::clamp(first, 0.0, double(nearest))),
                static_cast<int>(std::clamp(last, double(nearest), size - 1.0)) + 1};
    }
};

struct Row {
    int first;
    std::vector<double> m;
    double mass;
};

/// The weights of one centre before they are normalised.
Row gaussian_row(const AxisFilter& filter, int size, Gaussian::Normalise normalise) {
    const bool safe = normalise == Gaussian::Normalise::safe;
    if (!safe && filter.weight(filter.nearest) == 0) return {filter.nearest, {}, 0};
    const Interval kept = filter.kept(size);
    Row row{kept.begin, {}, 0};
    row.m.reserve(static_cast<std::size_t>(kept.length()));
    for (int k = kept.begin; k < kept.end; ++k) {
        row.m.push_back(safe ? filter.relative_weight(k) : filter.weight(k));
        row.mass += row.m.back();
    }
    return row;
}

/// One axis of the map.
struct FilterBank {
    BandedMatrix a;     ///< gain · A
    double inside = 0;  ///< the mean share of its rows inside the image
};

/// For an axis of `size` pixels and `count` Gaussians.
FilterBank filter_bank(const Gaussian::Axis& axis, int count, int size, const Gaussian& gaussian,
                       double gain) {
    FilterBank bank{BandedMatrix(size)};
    const Divisor divisor = divisor_of(gaussian);
    for (int i = 0; i < count; ++i) {
        const AxisFilter filter(axis.u + i * axis.d, axis.s, size);
        Row row = gaussian_row(filter, size, gaussian.normalise);
        const double total = divisor.of(row.mass);
        // Between the pixels of a narrow Gaussian what is added takes much, and nothing of that lies outside.
        const bool lies_inside = std::abs(filter.centre - filter.nearest) <= 0.5;
        bank.inside += lies_inside ? 1 : row.mass / total;
        for (double& m : row.m) m = m / total * gain;  // gain / total may overflow
        bank.a.append_row(row.first, row.m);
    }
    bank.inside /= count;
    return bank;
}

/// The Gaussian of one centre over all whole positions, whose padding the row has; nothing is added.
void append_padded_row(RowBuilder& row, const AxisSampler& sampler, double centre, double s, double gain) {
    const double nearest = std::nearbyint(centre);
    const double beyond = std::abs(nearest - centre);
    const double reach = std::hypot(beyond, cutoff * s);
    require_reach(reach);
    const auto weight = [&](double k) {
        return std::exp(-0.5 * ((k - nearest) * ((k - centre) + (nearest - centre)) / s / s));
    };
    const double first = std::min(nearest, std::ceil(centre - reach));
    const double last = std::max(nearest, std::floor(centre + reach));
    const auto steps = static_cast<std::int64_t>(last - first);
    double mass = 0;
    for (std::int64_t n = 0; n <= steps; ++n) mass += weight(first + static_cast<double>(n));
    const bool is_seen = sampler.padding != Padding::zeros || (last >= 0 && first < sampler.size);
    for (std::int64_t n = 0; is_seen && n <= steps; ++n) {
        const double k = first + static_cast<double>(n);
        const AxisTaps tap = axis_taps(sampler, k);
        if (tap.count == 1) row.add(tap.index[0], weight(k) / mass * gain);
    }
    row.finish_row();
}

BandedMatrix padded_filters(const Gaussian::Axis& axis, int count, int size, Padding padding, double gain) {
    BandedMatrix matrix(size);
    RowBuilder row(matrix);
    const AxisSampler sampler{size, Interpolation::nearest, padding, Mirror::edges};
    for (int i = 0; i < count; ++i) append_padded_row(row, sampler, axis.u + i * axis.d, axis.s, gain);
    return matrix;
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
    require_reach(cutoff * std::hypot(axes.x.s, axes.y.s));
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
    const Size size = size_of(gaussian);
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
