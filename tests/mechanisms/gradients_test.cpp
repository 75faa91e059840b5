#include "glimpse/gradients.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "gradient_checks.hpp"
#include "reference.hpp"
#include "refusals.hpp"

using namespace glimpse;
using namespace glimpse::gradient_checks;

namespace {

double epsilon_of(const Gaussian& gaussian) {
    return gaussian.normalise == Gaussian::Normalise::eps && !gaussian.outside ? 1e-8 : 0;
}

/// Over all whole positions near the centre, each of which has the pixel that its padding gives.
Values padded_matrix(const Gaussian::Axis& axis, int rows, int size, Padding padding) {
    const reference::Sampling sampling{false, Interpolation::nearest, padding};
    Values a(rows, size, 0.0);
    for (int i = 0; i < rows; ++i) {
        const double centre = axis.u + i * axis.d;
        const int reach = static_cast<int>(std::ceil(9 * axis.s)) + 1;
        const int first = static_cast<int>(std::floor(centre)) - reach;
        double mass = 0;
        const auto weight = [&](int k) { return std::exp(-0.5 * std::pow((k - centre) / axis.s, 2)); };
        for (int k = first; k <= first + 2 * reach + 1; ++k) mass += weight(k);
        for (int k = first; k <= first + 2 * reach + 1; ++k) {
            const double pixel = reference::padded(k, size, sampling);
            if (pixel >= 0 && pixel < size) a(i, static_cast<int>(pixel)) += weight(k) / mass;
        }
    }
    return a;
}

Values gaussian_glimpse(const Mechanism& mechanism) {
    const auto& gaussian = std::get<Gaussian>(mechanism);
    const auto* const box = std::get_if<Gaussian::BoxForm>(&gaussian.form);
    if (box && box->angle != 0) return turned_gaussian(mechanism);
    const auto [x, y] = axes(gaussian, image_size, *gaussian.size);
    const auto* const draw = std::get_if<Gaussian::DrawForm>(&gaussian.form);
    const double gain = draw ? std::exp(draw->log_gamma) : 1;
    if (gaussian.outside) {
        const Padding padding = gaussian.outside->padding;
        return Values(gain * padded_matrix(y, gaussian.size->height, image_size.height, padding) *
                      smooth_noise() * padded_matrix(x, gaussian.size->width, image_size.width, padding).t());
    }
    return Values(gain * reference::gaussian(smooth_noise(), {x.u, x.s, x.d}, {y.u, y.s, y.d}, *gaussian.size,
                                             epsilon_of(gaussian)));
}

void check_gaussian(const std::function<Gaussian(const std::string&, double)>& make) {
    compare([&](const std::string& p, double by) -> Mechanism { return make(p, by); }, gaussian_glimpse);
}

Gaussian with_form(const auto& form) {
    Gaussian gaussian;
    gaussian.form = form;
    gaussian.size = Size{5, 4};
    return gaussian;
}

Values sampled_glimpse(const Mechanism& mechanism) {
    const auto& stn = std::get<SpatialTransformer>(mechanism);
    const Values image = smooth_noise();
    const Size size = *stn.size;
    const SamplingPoints points = sampling_points(stn, image_size, size);
    const reference::Sampling sampling{stn.align_corners, stn.interpolation,
                                       stn.padding.value_or(Padding::zeros)};
    Values glimpse(size.height, size.width);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const Point p = points.at(j, i);
            glimpse(i, j) = std::isnan(p.x) ? 0 : reference::sample(image, p.x, p.y, sampling);
        }
    }
    return glimpse;
}

/// The derivatives of samples jump at whole positions and mirrors.
bool is_near_half(double position) {
    constexpr double near = 1e-3;
    return std::abs(2 * position - std::nearbyint(2 * position)) < 2 * near;
}

/// Of every interpolation and padding, and both tables of `SpatialTransformer`.
void check_transformer(const std::function<SpatialTransformer(const std::string&, double)>& make) {
    int kinks = 0;
    int pixels = 0;
    for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
        for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection}) {
            for (const bool align_corners : {false, true}) {
                CAPTURE(static_cast<int>(interpolation));
                CAPTURE(static_cast<int>(padding));
                CAPTURE(align_corners);
                const auto moved = [&](const std::string& parameter, double by) {
                    SpatialTransformer stn = make(parameter, by);
                    stn.size = Size{5, 4};
                    stn.interpolation = interpolation;
                    stn.padding = padding;
                    stn.align_corners = align_corners;
                    return stn;
                };
                const SamplingPoints points = sampling_points(moved("", 0), image_size, {5, 4});
                compare(moved, sampled_glimpse, [&](int j, int i) {
                    const Point p = points.at(j, i);
                    const bool is_at_kink = is_near_half(p.x) || is_near_half(p.y);
                    kinks += is_at_kink ? 1 : 0;
                    ++pixels;
                    return is_at_kink;
                });
            }
        }
    }
    CHECK(kinks <= pixels / 10);
}

SpatialTransformer warped(const Warp& warp) {
    SpatialTransformer stn;
    stn.form = SpatialTransformer::WarpForm{std::make_shared<const Warp>(warp)};
    return stn;
}

}  // namespace

TEST_CASE("Gaussian attention changes with its six parameters as its derivatives say") {
    for (const auto normalise : {Gaussian::Normalise::eps, Gaussian::Normalise::safe}) {
        for (const double first : {2.3, -4.1}) {  // within the image, and mostly beside it
            CAPTURE(first);
            check_gaussian([&](const std::string& parameter, double by) {
                Gaussian::AxesForm form{{first, 1.2, 2.9}, {1.7, 0.8, 3.1}};
                named(parameter, {{"/x/u", &form.x.u},
                                  {"/x/s", &form.x.s},
                                  {"/x/d", &form.x.d},
                                  {"/y/u", &form.y.u},
                                  {"/y/s", &form.y.s},
                                  {"/y/d", &form.y.d}}) += by;
                Gaussian gaussian = with_form(form);
                gaussian.normalise = normalise;
                return gaussian;
            });
        }
    }
}

TEST_CASE("a Gaussian on two pixels has the derivatives that a hand works out") {
    // m = (1, e^-½), A = (0.62245933, 0.37754067), z = (0, 1): ∂A = A (z - Σ A z) by u, A (z² - Σ A z²) by s.
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{{0, 1, 1}, {0, 1, 1}};
    gaussian.size = Size{1, 1};
    constexpr double of_epsilon = 1e-7;  // the 1e-8 beside the mass, and float32
    for (const char* const parameter : {"/x/u", "/x/s"}) {
        const auto all = gradients(gaussian, {2, 1});
        const auto found = std::ranges::find(all, parameter, &ParameterGradient::parameter);
        REQUIRE(found != all.end());
        REQUIRE(found->terms.size() == 1);
        const auto [first, weights] = std::get<Separable>(found->terms[0].map.kind).columns.row(0);
        REQUIRE(weights.size() == 2);
        CHECK(std::abs(weights[0] + 0.23500371) <= of_epsilon);
        CHECK(std::abs(weights[1] - 0.23500371) <= of_epsilon);
    }
}

TEST_CASE("padded Gaussians change with their parameters, too") {
    for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection}) {
        CAPTURE(static_cast<int>(padding));
        check_gaussian([&](const std::string& parameter, double by) {
            Gaussian::BoxForm form{{{-3.2, 4.1, 20.3, 18.7}}};
            form.sigma = 0.6;
            named(parameter, {{"/box/0", &form.box.x},
                              {"/box/1", &form.box.y},
                              {"/box/2", &form.box.width},
                              {"/box/3", &form.box.height},
                              {"/sigma", &form.sigma},
                              {"/angle", &form.angle}}) += by;
            Gaussian gaussian = with_form(form);
            gaussian.outside = Gaussian::Outside{padding, {}};
            return gaussian;
        });
    }
}

TEST_CASE("DRAW's five numbers have derivatives by the paper and by both codes") {
    for (const auto code : {Gaussian::Code::own, Gaussian::Code::jbornschein, Gaussian::Code::ericjang}) {
        CAPTURE(static_cast<int>(code));
        const auto make = [&](const std::string& parameter, double by) {
            Gaussian::DrawForm form{0.1, -0.2, 0.4, -0.7, 0.3};
            named(parameter, {{"/draw/gx", &form.gx},
                              {"/draw/gy", &form.gy},
                              {"/draw/log_sigma2", &form.log_sigma2},
                              {"/draw/log_delta", &form.log_delta},
                              {"/draw/log_gamma", &form.log_gamma}}) += by;
            Gaussian gaussian = with_form(form);
            gaussian.code = code;
            return gaussian;
        };
        const auto glimpse = [&](const Mechanism& mechanism) {
            const auto& gaussian = std::get<Gaussian>(mechanism);
            const auto [x, y] = axes(gaussian, image_size, *gaussian.size);
            const double gain = std::exp(std::get<Gaussian::DrawForm>(gaussian.form).log_gamma);
            // No mass comes near to the least that ericjang's code divides by.
            const double epsilon = code == Gaussian::Code::own        ? 1e-8
                                   : code == Gaussian::Code::ericjang ? 0
                                                                      : 1e-4;
            return Values(gain * reference::gaussian(smooth_noise(), {x.u, x.s, x.d}, {y.u, y.s, y.d},
                                                     *gaussian.size, epsilon));
        };
        compare([&](const std::string& p, double by) -> Mechanism { return make(p, by); }, glimpse);
    }
}

TEST_CASE("a Gaussian's box has derivatives in pixels, in fractions and by HART's code") {
    for (const auto code : {Gaussian::Code::own, Gaussian::Code::hart}) {
        for (const auto units : {Units::pixels, Units::fraction}) {
            CAPTURE(static_cast<int>(code));
            CAPTURE(static_cast<int>(units));
            check_gaussian([&](const std::string& parameter, double by) {
                const bool is_fraction = units == Units::fraction;
                const Point unit =
                    is_fraction ? Point{1.0 / image_size.width, 1.0 / image_size.height} : Point{1, 1};
                Gaussian::BoxForm form{{{3.3 * unit.x, 2.6 * unit.y, 11.4 * unit.x, 9.2 * unit.y}, units, 0}};
                form.sigma = 0.7;
                double sigma_y = 0.9;
                const bool is_hart = code == Gaussian::Code::hart;  // [y, x, height, width] in a document
                named(parameter, {{is_hart ? "/box/1" : "/box/0", &form.box.x},
                                  {is_hart ? "/box/0" : "/box/1", &form.box.y},
                                  {is_hart ? "/box/3" : "/box/2", &form.box.width},
                                  {is_hart ? "/box/2" : "/box/3", &form.box.height},
                                  {"/sigma/0", &form.sigma},
                                  {"/sigma/1", &sigma_y},
                                  {"/angle", &form.angle}}) += by;
                form.sigma_y = sigma_y;
                Gaussian gaussian = with_form(form);
                gaussian.code = code;
                return gaussian;
            });
        }
    }
}

TEST_CASE("samples move with theta, scale and shift, and a matrix") {
    check_transformer(with_moved_theta);
    check_transformer(with_moved_scale);
    check_transformer([](const std::string& parameter, double by) {
        const Affine matrix{{{{2.13, 0.71, -1.37}, {-0.473, 3.19, 2.417}}}};
        return with_moved_matrix(matrix, parameter, by);
    });
}

TEST_CASE("samples move with a box and its angle") {
    for (const auto units : {Units::pixels, Units::fraction}) {
        for (const double angle : {0.0, 31.7}) {
            CAPTURE(static_cast<int>(units));
            CAPTURE(angle);
            check_transformer([&](const std::string& parameter, double by) {
                const bool is_fraction = units == Units::fraction;
                const Point unit =
                    is_fraction ? Point{1.0 / image_size.width, 1.0 / image_size.height} : Point{1, 1};
                SpatialTransformer::BoxForm form{
                    {3.31 * unit.x, -2.17 * unit.y, 14.27 * unit.x, 13.41 * unit.y}, units, angle};
                named(parameter, {{"/box/0", &form.box.x},
                                  {"/box/1", &form.box.y},
                                  {"/box/2", &form.box.width},
                                  {"/box/3", &form.box.height},
                                  {"/angle", &form.angle}}) += by;
                SpatialTransformer stn;
                stn.form = form;
                return stn;
            });
        }
    }
}

TEST_CASE("samples move with projective maps and quadrilaterals") {
    check_transformer([](const std::string& parameter, double by) {
        // The sign of all of it does not matter, nor what lies behind the viewer.
        ProjectiveWarp warp{
            {{{-3.137, -0.213, -1.371}, {0.273, -3.191, -2.417}, {-0.0413, -0.0671, -0.933}}}};
        std::vector<std::pair<std::string, double*>> numbers;
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t c = 0; c < 3; ++c)
                numbers.emplace_back("/projective/" + std::to_string(r) + "/" + std::to_string(c),
                                     &warp.matrix[r][c]);
        }
        named(parameter, numbers) += by;
        return warped(warp);
    });
    for (const auto units : {Units::pixels, Units::fraction}) {
        CAPTURE(static_cast<int>(units));
        check_transformer([&](const std::string& parameter, double by) {
            const bool is_fraction = units == Units::fraction;
            const Point unit =
                is_fraction ? Point{1.0 / image_size.width, 1.0 / image_size.height} : Point{1, 1};
            QuadWarp warp{{{{3.13 * unit.x, 1.71 * unit.y},
                            {18.37 * unit.x, 3.29 * unit.y},
                            {16.81 * unit.x, 14.63 * unit.y},
                            {1.97 * unit.x, 12.41 * unit.y}}},
                          units};
            std::vector<std::pair<std::string, double*>> numbers;
            for (std::size_t k = 0; k < 4; ++k) {
                numbers.emplace_back("/quad/" + std::to_string(k) + "/0", &warp.corners[k].x);
                numbers.emplace_back("/quad/" + std::to_string(k) + "/1", &warp.corners[k].y);
            }
            named(parameter, numbers) += by;
            return warped(warp);
        });
    }
}

TEST_CASE("samples move with log-polar circles and the points of a thin plate") {
    for (const auto units : {Units::pixels, Units::fraction}) {
        CAPTURE(static_cast<int>(units));
        const bool is_fraction = units == Units::fraction;
        const Point unit = is_fraction ? Point{1.0 / image_size.width, 1.0 / image_size.height} : Point{1, 1};
        check_transformer([&](const std::string& parameter, double by) {
            const double of_radius = is_fraction ? 1.0 / image_size.height : 1;
            LogPolarWarp warp{{10.37 * unit.x, 8.21 * unit.y}, {1.13 * of_radius, 7.19 * of_radius}, units};
            named(parameter, {{"/log_polar/centre/0", &warp.centre.x},
                              {"/log_polar/centre/1", &warp.centre.y},
                              {"/log_polar/radius/0", &warp.radius[0]},
                              {"/log_polar/radius/1", &warp.radius[1]}}) += by;
            return warped(warp);
        });
        check_transformer([&](const std::string& parameter, double by) {
            const Point own = is_fraction ? Point{1.0 / 5, 1.0 / 4} : Point{1, 1};
            ThinPlateWarp warp;
            warp.units = units;
            for (const Point& p :
                 {Point{0.1, 0.2}, Point{4.7, 0.4}, Point{4.9, 3.8}, Point{0.3, 3.6}, Point{2.2, 1.7}})
                warp.from.push_back({p.x * own.x, p.y * own.y});
            for (const Point& p :
                 {Point{2.3, 1.9}, Point{17.1, 3.3}, Point{15.7, 13.9}, Point{4.1, 11.3}, Point{11.3, 6.9}})
                warp.to.push_back({p.x * unit.x, p.y * unit.y});
            std::vector<std::pair<std::string, double*>> numbers;
            for (std::size_t k = 0; k < warp.from.size(); ++k) {
                const std::string place = "/" + std::to_string(k) + "/";
                numbers.emplace_back("/thin_plate/from" + place + "0", &warp.from[k].x);
                numbers.emplace_back("/thin_plate/from" + place + "1", &warp.from[k].y);
                numbers.emplace_back("/thin_plate/to" + place + "0", &warp.to[k].x);
                numbers.emplace_back("/thin_plate/to" + place + "1", &warp.to[k].y);
            }
            named(parameter, numbers) += by;
            return warped(warp);
        });
    }
}

TEST_CASE("a kernel's numbers, and points with their weights, have derivatives") {
    const auto of_kernel = [](const std::string& parameter, double by) -> Mechanism {
        std::vector<double> weights{0, 0.3, 0, -0.2, 0, 0.1, 0.4, 0, 0.5};  // those that are 0 have one, too
        std::vector<std::pair<std::string, double*>> numbers;
        for (std::size_t k = 0; k < weights.size(); ++k)
            numbers.emplace_back("/kernel/" + std::to_string(k / 3) + "/" + std::to_string(k % 3),
                                 &weights[k]);
        named(parameter, numbers) += by;
        Filter filter;
        filter.form = Filter::KernelForm{weights};
        return filter;
    };
    const auto filtered = [](const Mechanism& mechanism) {
        const auto& filter = std::get<Filter>(mechanism);
        const std::vector<double>& weights = std::get<Filter::KernelForm>(filter.form).weights.get();
        const Values image = smooth_noise();
        Values glimpse(image.size(), 0.0);
        for (int i = 0; i < image.rows; ++i) {
            for (int j = 0; j < image.cols; ++j) {
                for (int k = 0; k < 9; ++k)
                    glimpse(i, j) += weights[static_cast<std::size_t>(k)] *
                                     reference::value_or_zero(image, j + k % 3 - 1, i + k / 3 - 1);
            }
        }
        return glimpse;
    };
    compare(of_kernel, filtered);

    const auto of_points = [](const std::string& parameter, double by) -> Mechanism {
        std::vector<AttendedPoint> points{
            {{0.313, 0.271}, 0.7}, {{0.713, 0.917}, -0.3}, {{0.999, 0.011}, 0.2}};
        std::vector<std::pair<std::string, double*>> numbers;
        for (std::size_t k = 0; k < points.size(); ++k) {
            const std::string place = "/points/" + std::to_string(k) + "/";
            numbers.emplace_back(place + "0", &points[k].location.x);
            numbers.emplace_back(place + "1", &points[k].location.y);
            numbers.emplace_back(place + "2", &points[k].weight);
        }
        named(parameter, numbers) += by;
        return DeformablePoints{std::make_shared<const std::vector<AttendedPoint>>(points)};
    };
    const auto attended = [](const Mechanism& mechanism) {
        const Values image = smooth_noise();
        Values glimpse(1, 1, 0.0);
        for (const auto& [location, weight] : *std::get<DeformablePoints>(mechanism).points) {
            glimpse(0, 0) += weight * reference::sample_bilinear(image, location.x * image.cols - 0.5,
                                                                 location.y * image.rows - 0.5);
        }
        return glimpse;
    };
    compare(of_points, attended);
}

TEST_CASE("at a whole position the derivative of samples is that to the right, and 0 at a border") {
    const Values image = smooth_noise();
    const auto slope_at = [&](double x, Padding padding) {
        SpatialTransformer stn;
        stn.form = SpatialTransformer::MatrixForm{{{{{0, 0, x}, {0, 0, 3}}}}};
        stn.size = Size{1, 1};
        stn.padding = padding;
        return applied(gradients(stn, image_size)[2], image).values(0, 0);
    };
    const int last = image_size.width - 1;
    for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection})
        CHECK(slope_at(5, padding) == doctest::Approx(image(3, 6) - image(3, 5)));
    CHECK(slope_at(0, Padding::zeros) == doctest::Approx(image(3, 1) - image(3, 0)));
    CHECK(slope_at(last, Padding::zeros) == doctest::Approx(-image(3, last)));
    for (const double x : {0.0, -0.3, double(last), last + 0.4}) {
        CAPTURE(x);
        CHECK(slope_at(x, Padding::border) == 0);
        CHECK(slope_at(x, Padding::reflection) == 0);
    }
    // Behind the mirror at -½, back.
    CHECK(slope_at(-1.7, Padding::reflection) == doctest::Approx(image(3, 0) - image(3, 1)));
}

TEST_CASE("a number that moves nothing has a derivative of zeros") {
    // The stride of a single Gaussian.
    Gaussian gaussian = with_form(Gaussian::DrawForm{0.1, -0.2, 0.4, -0.7, 0.3});
    gaussian.size = Size{1, 1};
    const auto all = gradients(gaussian, image_size);
    const auto found = std::ranges::find(all, "/draw/log_delta", &ParameterGradient::parameter);
    REQUIRE(found != all.end());
    REQUIRE(found->terms.size() == 1);
    CHECK(applied(*found, smooth_noise()).values(0, 0) == 0);
}

TEST_CASE("the derivative of a far and narrow Gaussian is a number, or refused") {
    for (const double u : {-50.0, -1e6, -1e12, -1e300}) {
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{{u, 1, 1}, {3, 1, 1}};
        gaussian.size = Size{2, 2};
        gaussian.normalise = Gaussian::Normalise::safe;
        for (const ParameterGradient& one : gradients(gaussian, image_size)) {
            for (const Lowered& term : one.terms) CHECK(cv::checkRange(row_sums(term.map)));
        }
    }
}

TEST_CASE("what has no gradient says why") {
    Crop crop;
    crop.form = Crop::BoxForm{{1, 2, 8, 8}, Units::pixels, 0};
    CHECK(holds(refusal<InvalidParameter>([&] { gradients(crop, image_size); }), "score function"));
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{1, 2, 8, 8}, Units::pixels, 0};
    stn.interpolation = Interpolation::nearest;
    CHECK(holds(refusal<InvalidParameter>([&] { gradients(stn, image_size); }), "changes in steps"));
    Mask mask;
    mask.form = Mask::BoxForm{{1, 2, 8, 8}, Units::pixels, 0};
    CHECK(holds(refusal<InvalidParameter>([&] { gradients(mask, image_size); }), "whole pixels"));
    mask.form = Mask::GridForm{cv::Mat(cv::Mat::ones(2, 2, CV_64F))};
    mask.kind = Mask::Kind::hard;
    CHECK(holds(refusal<InvalidParameter>([&] { gradients(mask, image_size); }), "0 or 1"));
    mask.kind = Mask::Kind::soft;
    mask.form = Mask::GridForm{cv::Mat(cv::Mat::ones(1, static_cast<int>(most_single_numbers) + 1, CV_64F))};
    CHECK(holds(refusal<InvalidParameter>([&] { gradients(mask, image_size); }), "4097"));
    CHECK(array_gradients(mask, image_size).size() == 1);
}
