#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "filters.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/taps.hpp"
#include "small_images.hpp"
#include "warps.hpp"

// Cases small enough to be worked with pencil and paper, and every number that stands in
// docs/mathematics.md.

using namespace glimpse;
using namespace glimpse::small_images;

namespace {

/// The numbers of docs/mathematics.md stand there with six decimals.
constexpr double six_decimals = 5.1e-7;
/// Float64 formulas against float64 numbers.
constexpr double float64_rounding = 1e-12;

Crop crop(Box box, std::optional<Size> size = {}) {
    return {Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, {}};
}

Gaussian gaussian(Gaussian::Axis x, Gaussian::Axis y, Size size) {
    return {Gaussian::AxesForm{x, y}, size, {}};
}

std::vector<double> weights_of(const AxisSampler& sampler, double position) {
    const AxisTaps taps = axis_taps(sampler, position);
    std::vector<double> weights(static_cast<std::size_t>(sampler.size));
    for (std::size_t t = 0; t < static_cast<std::size_t>(taps.count); ++t) {
        weights[static_cast<std::size_t>(taps.index[t])] += taps.weight[t];
    }
    return weights;
}

using Weights3 = std::vector<double>;

void check_axis(const Gaussian::Axis& axis, const Gaussian::Axis& expected) {
    CHECK(axis.u == doctest::Approx(expected.u).epsilon(float64_rounding));
    CHECK(axis.s == doctest::Approx(expected.s).epsilon(float64_rounding));
    CHECK(axis.d == doctest::Approx(expected.d).epsilon(float64_rounding));
}

/// Of a transformer whose points are an affine map's.
Affine affine_points(const SpatialTransformer& transformer, Size image, Size glimpse) {
    return *sampling_points(transformer, image, glimpse).affine();
}

void check_matrix(const Affine& matrix, const std::array<std::array<double, 3>, 2>& expected) {
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            CAPTURE(i);
            CAPTURE(j);
            CHECK(std::abs(matrix.m[i][j] - expected[i][j]) <= float64_rounding);
        }
    }
}

}  // namespace

TEST_CASE("by hand: centre and edge coordinates") {
    CHECK(centre_from_edge(0.5) == 0);
    CHECK(edge_from_centre(2) == 2.5);
    CHECK(nearest_edge(-0.5) == 0);
    CHECK(nearest_edge(-0.51) == -1);
    CHECK(nearest_edge(2.5) == 3);
    CHECK(nearest_edge(1e300) == 1 << 29);
    CHECK(nearest_edge(-1e300) == -(1 << 29));
}

TEST_CASE("by hand: a box of whole pixels") {
    CHECK(rounded({1, 2, 3, 4}) == Rectangle{1, 2, 3, 4});
    CHECK(rounded({0.49, 0.5, 1, 1}) == Rectangle{0, 1, 1, 1});
    // ⌊1.4 + ½⌋ = 1 and ⌊1.4 + 2.2 + ½⌋ = 4: three pixels, although the width is 2.2.
    CHECK(rounded({1.4, -1.6, 2.2, 2.2}) == Rectangle{1, -2, 3, 3});
    CHECK(rounded({2.1, 2.4, 0.2, 0.01}) == Rectangle{2, 2, 1, 1});
    // A side of no pixel is that of its middle, which lies in the image where the box does.
    CHECK(rounded({79.6, 20.6, 0.4, 0.3}) == Rectangle{79, 20, 1, 1});
    CHECK(rounded({20.9, -0.5, 0.3, 0.25}) == Rectangle{21, -1, 1, 1});
    CHECK(rounded_size({0, 0, 2.5, 0.2}) == Size{3, 1});
}

TEST_CASE("by hand: crop") {
    const cv::Mat image = ramp({5, 4});
    check_near(read(crop({1, 2, 3, 2}), image), (cv::Mat_<double>(2, 3) << 21, 22, 23, 31, 32, 33), 0);
    check_near(read(crop({3.5, -0.6, 2, 2}), image), (cv::Mat_<double>(2, 2) << 0, 0, 4, 0), 0);
    check_near(read(Crop{Crop::IndexForm{{3, 0}, {4, 4, 1}}, {}, {}, Resampling::bilinear, {}}, image),
               (cv::Mat_<double>(2, 3) << 34, 34, 31, 4, 4, 1), 0);
}

TEST_CASE("by hand: a crop resized as Pillow does") {
    // 4 → 2: s = 2, c = 0.5 and 2.5; weights ¾ ¾ ¼ of 1¾, and the same from the other end.
    check_near(read(crop({0, 0, 4, 1}, Size{2, 1}), line({0, 10, 20, 30})),
               row({12.5 / 1.75, 30 - 12.5 / 1.75}), 30 * float32_rounding);
    // 2 → 4: s = ½, c = -¼ ¼ ¾ 1¼; what lies outside the box is left out.
    check_near(read(crop({0, 0, 2, 1}, Size{4, 1}), line({0, 100, 7000})), row({0, 25, 75, 100}), 0);
    // 3 → 2: s = 1½, c = ¼ and 1¾; weights 5/6, 1/2 of 4/3.
    check_near(read(crop({1, 0, 3, 1}, Size{2, 1}), line({99, 8, 16, 24})), row({11, 21}),
               24 * float32_rounding);
    // ⌊(j + ½) · 5/3⌋ = 0 2 4, and 2 → 5: ⌊(j + ½) · 2/5⌋ = 0 0 1 1 1.
    Crop nearest = crop({0, 0, 5, 1}, Size{3, 1});
    nearest.interpolation = Resampling::nearest;
    check_near(read(nearest, line({1, 2, 3, 4, 5})), row({1, 3, 5}), 0);
    nearest = crop({0, 0, 2, 1}, Size{5, 1});
    nearest.interpolation = Resampling::nearest;
    check_near(read(nearest, line({1, 2})), row({1, 1, 2, 2, 2}), 0);
}

TEST_CASE("by hand: a crop resized by other kernels") {
    const auto resized = [](Box box, int width, Resampling resampling) {
        Crop one = crop(box, Size{width, 1});
        one.interpolation = resampling;
        return one;
    };
    // The box alone is looked at, whatever is beside it.
    const cv::Mat two = line({7000, 0, 100, 7000});
    const Box of_two{1, 0, 2, 1};
    // 2 → 4: c = -¼ ¼ ¾ 1¼; a = -½: k(¼) = 111/128, k(¾) = 29/128, k(1¼) = -9/128; what is outside is left
    // out.
    check_near(read(resized(of_two, 4, Resampling::bicubic), two),
               row({-100 * 9 / 102.0, 100 * 29 / 140.0, 100 * 111 / 140.0, 100 * 111 / 102.0}),
               200 * float32_rounding);
    // a = -¾: k(¼) = 225/256, k(¾) = 67/256, k(1¼) = -27/256, k(1¾) = -9/256; outside the last pixel is
    // repeated.
    check_near(read(resized(of_two, 4, Resampling::bicubic_samples), two),
               row({-100 * 27 / 256.0, 100 * 58 / 256.0, 100 * 198 / 256.0, 100 * 283 / 256.0}),
               200 * float32_rounding);
    // 3 → 1: c = 1, t = -⅓ 0 ⅓: L(⅓) = sinc ⅓ sinc 1/9.
    const double third = 3 / std::numbers::pi * std::sin(std::numbers::pi / 3) * 9 / std::numbers::pi *
                         std::sin(std::numbers::pi / 9);
    check_near(read(resized({1, 0, 3, 1}, 1, Resampling::lanczos), line({7, 0, 10, 0, 7})),
               row({10 / (1 + 2 * third)}), 10 * float32_rounding);
    // 4 → 2: c = ½ and 2½: two pixels each, however much the box shrinks.
    check_near(read(resized({0, 0, 4, 1}, 2, Resampling::bilinear_samples), line({0, 10, 20, 30})),
               row({5, 25}), 0);
    // 3 → 2: the cells [0, 1½] and [1½, 3]. 2 → 5: the third cell, [⅘, 1⅕], has a half of either pixel.
    check_near(read(resized({1, 0, 3, 1}, 2, Resampling::area), line({99, 6, 12, 24})), row({8, 20}),
               24 * float32_rounding);
    check_near(read(resized(of_two, 5, Resampling::area), two), row({0, 0, 50, 100, 100}), 0);
}

TEST_CASE("by hand: a nearest crop between two pixels takes the second") {
    // (7 + ½) · 22/15 = 11 exactly, which a rounded 22/15 misses by its last bit.
    cv::Mat image(1, 22, CV_32F);
    for (int x = 0; x < image.cols; ++x) image.at<float>(x) = static_cast<float>(x);
    Crop nearest = crop({0, 0, 22, 1}, Size{15, 1});
    nearest.interpolation = Resampling::nearest;
    CHECK(read(nearest, image).at<float>(7) == 11);
}

TEST_CASE("by hand: Gaussian filters") {
    const LinearMap map = lower(gaussian({2, 0.5, 1}, {2, 0.5, 1}, {5, 5}), {10, 10}).map;
    const auto& filters = std::get<Separable>(map.kind).rows;
    const std::vector<double> first{0.000264, 0.106451, 0.786571, 0.106451, 0.000264};
    const auto [begin, weights] = filters.row(0);
    REQUIRE(begin == 0);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        CHECK(std::abs(weights[k] - (k < first.size() ? first[k] : 0)) <= six_decimals);
    }
    const std::vector<double> sums{0.000264, 0.106715, 0.893285, 0.999736, 1,
                                   0.999736, 0.893285, 0.106715, 0.000264, 0};
    const std::vector<double> column_sums = filters.column_sums();
    REQUIRE(filters.support().begin == 0);
    for (std::size_t k = 0; k < sums.size(); ++k) {
        CHECK(std::abs((k < column_sums.size() ? column_sums[k] : 0) - sums[k]) <= six_decimals);
    }
}

TEST_CASE("by hand: Gaussian attention on a ramp") {
    const cv::Mat glimpse = read(gaussian({2, 0.5, 1.5}, {1.5, 1, 2}, {4, 3}), ramp({10, 10}));
    // 1e-6 of the range, which docs/mathematics.md, section 4, promises.
    constexpr double promised = 99e-6;
    check_near(glimpse,
               (cv::Mat_<double>(3, 4) << 17.478285, 18.978285, 20.478285, 21.978285, 37.000725, 38.500725,
                40.000725, 41.500725, 56.999274, 58.499274, 59.999274, 61.499274),
               promised);
}

TEST_CASE("by hand: a row that sees nothing") {
    const cv::Mat image = line({3, 5, 9});
    // Centres at 1 and 101: the second fades to black, or takes the nearest pixel.
    Gaussian far = gaussian({1, 0.01, 100}, {0, 1, 0}, {2, 1});
    check_near(read(far, image), row({5, 0}), 5 * float32_rounding);
    far.normalise = Gaussian::Normalise::safe;
    check_near(read(far, image), row({5, 9}), 0);
}

TEST_CASE("by hand: DRAW") {
    Gaussian draw{Gaussian::DrawForm{0, 0, 0, -std::numbers::ln2, 0}, Size{5, 5}, {}};
    const auto [x, y] = axes(draw, {10, 10}, {5, 5});
    check_axis(x, {2.25, 1, 1.125});
    check_axis(y, {2.25, 1, 1.125});
    // A = 4, B = 3, N = 2: g_X = 5/2 · 1.2 = 3, g_Y = 2 · 0.5 = 1, δ = 3, first centres 3 - 1½ and 1 - 1½,
    // 1-based; σ = 2.
    draw.form = Gaussian::DrawForm{0.2, -0.5, 2 * std::numbers::ln2, 0, 0};
    const auto [x2, y2] = axes(draw, {4, 3}, {2, 2});
    check_axis(x2, {0.5, 2, 3});
    check_axis(y2, {-1.5, 2, 3});
    // Three columns and two rows: δ = (4 - 1)/(3 - 1) = 1½, first centres 3 - 1½ and 1 - ¾.
    const auto [x3, y3] = axes(draw, {4, 3}, {3, 2});
    check_axis(x3, {0.5, 2, 1.5});
    check_axis(y3, {-0.75, 2, 1.5});
    // Of one pixel, and of one column.
    CHECK(axes(draw, {4, 3}, {1, 1}).x.d == 0);
    const auto [x4, y4] = axes(draw, {4, 3}, {1, 3});
    check_axis(x4, {2, 2, 1.5});
    check_axis(y4, {-1.5, 2, 1.5});
}

TEST_CASE("by hand: a box's standard deviation for each axis") {
    Gaussian::BoxForm form{{{2, 3, 8, 6}, Units::pixels}, 0.25};
    const auto [x, y] = axes({form, Size{4, 2}, {}}, {20, 20}, {4, 2});
    check_axis(x, {2.5, 0.5, 2});
    check_axis(y, {4, 0.75, 3});
    form.sigma_y = 2;
    const auto [x2, y2] = axes({form, Size{4, 2}, {}}, {20, 20}, {4, 2});
    check_axis(x2, {2.5, 0.5, 2});
    check_axis(y2, {4, 6, 3});
}

TEST_CASE("by hand: a box's Gaussians turned by 45 degrees") {
    // One cell of 2×1 pixels about pixel (4, 4), sigma ½ of it.
    Gaussian turned;
    turned.form = Gaussian::BoxForm{{{3.5, 4, 2, 1}, Units::pixels, 45}, 0.5};
    turned.size = Size{1, 1};
    for (const bool is_padded : {false, true}) {
        CAPTURE(is_padded);
        if (is_padded) turned.outside = Gaussian::Outside{};
        const ImageRegion map = attention_map(lower(turned, {9, 9}).map);
        const auto at = [&](int x, int y) {
            return double{map.pixels.at<float>(y - map.region.y, x - map.region.x)};
        };
        CHECK(at(5, 5) / at(4, 4) == doctest::Approx(std::exp(-0.5 * 2)));
        CHECK(at(3, 5) / at(4, 4) == doctest::Approx(std::exp(-0.5 * 8)));
        CHECK(at(5, 4) == doctest::Approx(at(3, 4)));
    }
}

TEST_CASE("by hand: the row sums of turned Gaussians beside the image") {
    // Two Gaussians, 3 pixels on either side of the only pixel, 6 and 12 standard deviations away.
    Gaussian turned;
    turned.size = Size{2, 1};
    const auto sum_with = [&](double sigma, Gaussian::Normalise normalise) {
        turned.form = Gaussian::BoxForm{{{-5.5, 0, 12, 1}, Units::pixels, 30}, sigma};
        turned.normalise = normalise;
        return double{row_sums(lower(turned, {1, 1}).map).at<float>(0, 0)};
    };
    const double m = std::exp(-18.0);
    CHECK(sum_with(1.0 / 12, Gaussian::Normalise::eps) == doctest::Approx(m / (m + 1e-8)));
    CHECK(sum_with(1.0 / 24, Gaussian::Normalise::eps) < 1e-20);
    CHECK(sum_with(1.0 / 24, Gaussian::Normalise::safe) == 1);
}

TEST_CASE("by hand: a Gaussian beyond the image sees its padding") {
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{{-0.5, 0.5, 0}, {0, 1e-3, 0}};
    gaussian.size = Size{1, 1};
    const cv::Mat image = (cv::Mat_<float>(1, 3) << 10, 20, 40);
    // Of pixels … -2 -1 | 0 1 … about -½: e^-½ for both beside it, e^-4.5 for the next, e^-12.5 …
    const double near = std::exp(-0.5);
    const double far = std::exp(-4.5);
    const double farther = std::exp(-12.5);
    const double mass = 2 * (near + far + farther);
    const auto glimpse_with = [&](const Gaussian::Outside& outside) {
        gaussian.outside = outside;
        return double{small_images::read(gaussian, image).at<float>(0, 0)};
    };
    const double inside = near * 10 + far * 20 + farther * 40;
    CHECK(glimpse_with({}) == doctest::Approx(inside / mass));
    CHECK(glimpse_with({Padding::border}) == doctest::Approx((inside + 10 * mass / 2) / mass));
    CHECK(glimpse_with({Padding::reflection}) == doctest::Approx(2 * inside / mass));
    CHECK(glimpse_with({Padding::zeros, Constant{{30}}}) == doctest::Approx((inside + 30 * mass / 2) / mass));
}

TEST_CASE("by hand: DRAW reads with γ and writes with 1/γ") {
    const Gaussian plain{Gaussian::DrawForm{0, 0, 0, 0, 0}, Size{2, 2}, {}};
    const Gaussian bright{Gaussian::DrawForm{0, 0, 0, 0, std::numbers::ln2}, Size{2, 2}, {}};
    const cv::Mat image = ramp({4, 4});
    check_near(read(bright, image), cv::Mat_<double>(2 * read(plain, image)), 66 * float32_rounding);

    const cv::Mat glimpse = ramp({2, 2});
    const cv::Mat full = cpu().write(lower(plain, {4, 4}).map, glimpse).pixels;
    const Mechanism writer = for_writing(Mechanism{bright});
    const cv::Mat half = cpu().write(lower(writer, {4, 4}).map, glimpse).pixels;
    check_near(half, cv::Mat_<double>(0.5 * full), 22 * float32_rounding);
    CHECK(std::get<Gaussian::DrawForm>(std::get<Gaussian>(writer).form).log_gamma == -std::numbers::ln2);
    CHECK(lower(bright, {4, 4}).full_weight == doctest::Approx(2));
}

TEST_CASE("by hand: sampling points of a spatial transformer") {
    const SpatialTransformer stn{SpatialTransformer::ScaleShiftForm{{0.4, 1}, {-0.1, 0}},
                                 Size{5, 1},
                                 true,
                                 {},
                                 Interpolation::bilinear,
                                 {},
                                 {}};
    const Affine matrix = affine_points(stn, {10, 1}, {5, 1});
    const std::array<double, 5> expected{2.25, 3.15, 4.05, 4.95, 5.85};
    for (int j = 0; j < 5; ++j) {
        CHECK(std::abs(matrix(j, 0).x - expected[static_cast<std::size_t>(j)]) <= float64_rounding);
    }
    cv::Mat image(1, 10, CV_32F);
    for (int x = 0; x < image.cols; ++x) image.at<float>(x) = static_cast<float>(x);
    check_near(read(stn, image), row({2.25, 3.15, 4.05, 4.95, 5.85}), 9 * float32_rounding);
}

TEST_CASE("by hand: a crop as a spatial transformer") {
    constexpr double image = 10;
    constexpr double x0 = 3;
    constexpr double w = 4;
    const auto columns = [&](double scale, double shift, bool align_corners) {
        const SpatialTransformer::ScaleShiftForm form{{scale, scale}, {shift, shift}};
        return affine_points({form, Size{4, 4}, align_corners, {}, Interpolation::bilinear, {}, {}}, {10, 10},
                             {4, 4});
    };
    const std::array<std::array<double, 3>, 2> expected{{{1, 0, x0}, {0, 1, x0}}};
    check_matrix(columns((w - 1) / (image - 1), (2 * x0 + w - 1) / (image - 1) - 1, true), expected);
    check_matrix(columns(w / image, (2 * x0 + w) / image - 1, false), expected);
}

TEST_CASE("by hand: the base grid of a single pixel is 0, so that its matrix has no step") {
    // affine_grid's linspace of one number; centre coordinates of the middle of 10 pixels, and a quarter of
    // 10 on.
    const SpatialTransformer::ScaleShiftForm form{{0.5, 0.5}, {0, 0.5}};
    for (const bool align_corners : {false, true}) {
        const double shift = 0.5 * (align_corners ? 9 : 10) / 2;
        check_matrix(affine_points({form, Size{1, 1}, align_corners, {}, Interpolation::bilinear, {}, {}},
                                   {10, 10}, {1, 1}),
                     {{{0, 0, 4.5}, {0, 0, 4.5 + shift}}});
    }
}

TEST_CASE("by hand: antialiased samples of a row, upright") {
    const cv::Mat row = (cv::Mat_<float>(1, 4) << 10, 20, 30, 40);
    SpatialTransformer half{
        SpatialTransformer::MatrixForm{{{{{2, 0, 0.5}, {0, 1, 0}}}}}, Size{2, 1}, {}, {}, {}, {}, {}};
    half.antialias = true;
    // Weights 1/8 3/8 3/8 1/8 about ½ and 2½, of which one lies outside.
    CHECK(difference(read(half, row), (cv::Mat_<float>(1, 2) << 15, 28.75)) == 0);
    half.padding = Padding::border;
    CHECK(difference(read(half, row), (cv::Mat_<float>(1, 2) << 16.25, 33.75)) == 0);
}

TEST_CASE("by hand: an antialiased sample turned by 45 degrees") {
    // Columns of length 2 √2: with u = dx + dy and v = dy - dx, k(u/4) k(v/4) sums to 4 where both are even,
    // and to 4 where both are odd.
    SpatialTransformer turned{
        SpatialTransformer::MatrixForm{{{{{2, -2, 3}, {2, 2, 3}}}}}, Size{1, 1}, {}, {}, {}, {}, {}};
    turned.antialias = true;
    const cv::Mat_<float> eighths = (cv::Mat_<float>(7, 7) << 0, 0, 0, 0.0625, 0, 0, 0,  //
                                     0, 0, 0.1875, 0.25, 0.1875, 0, 0,                   //
                                     0, 0.1875, 0.5, 0.5625, 0.5, 0.1875, 0,             //
                                     0.0625, 0.25, 0.5625, 1, 0.5625, 0.25, 0.0625,      //
                                     0, 0.1875, 0.5, 0.5625, 0.5, 0.1875, 0,             //
                                     0, 0, 0.1875, 0.25, 0.1875, 0, 0,                   //
                                     0, 0, 0, 0.0625, 0, 0, 0);
    const ImageRegion attention = attention_map(lower(turned, {7, 7}).map);
    REQUIRE(attention.region == Rectangle{0, 0, 7, 7});
    CHECK(difference(attention.pixels, cv::Mat(eighths / 8)) <= 1e-7);  // float32
}

TEST_CASE("antialiasing that would take too long is refused") {
    SpatialTransformer far{
        SpatialTransformer::MatrixForm{{{{{1e6, -1e6, 3}, {1e6, 1e6, 3}}}}}, Size{1, 1}, {}, {}, {}, {}, {}};
    far.antialias = true;
    CHECK_THROWS_AS(lower(far, {7, 7}), Error);
    SpatialTransformer bicubic = far;
    bicubic.interpolation = Interpolation::bicubic;
    CHECK_THROWS_AS(validate(bicubic), InvalidParameter);
}

TEST_CASE("by hand: a trapezoid") {
    // Heckbert's g = 0 and h = 1, so that x = (4u + 2v)/(1 + v) and y = 4v/(1 + v).
    const QuadWarp trapezoid{{{{0, 0}, {4, 0}, {3, 2}, {1, 2}}}};
    CHECK(own_size(trapezoid, {10, 10}) == Size{4, 2});  // the top's 4, and √5
    const Point middle = sampling_points(trapezoid, {10, 10}, {1, 1}, false).at(0, 0);
    CHECK(std::abs(middle.x - 1.5) <= float64_rounding);
    CHECK(std::abs(middle.y - (4.0 / 3 - 0.5)) <= float64_rounding);
    // u = ¼ and ¾, v = ½: (1 + 1)/1.5 and (3 + 1)/1.5.
    const SamplingPoints two = sampling_points(trapezoid, {10, 10}, {2, 1}, false);
    CHECK(std::abs(two.at(0, 0).x - (4.0 / 3 - 0.5)) <= float64_rounding);
    CHECK(std::abs(two.at(1, 0).x - (8.0 / 3 - 0.5)) <= float64_rounding);
    const std::vector<Point> border = two.border({2, 1});
    REQUIRE(border.size() == 4);
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(std::abs(border[k].x - trapezoid.corners[k].x) <= 4 * float64_rounding);
        CHECK(std::abs(border[k].y - trapezoid.corners[k].y) <= 4 * float64_rounding);
    }
}

TEST_CASE("a quadrilateral is outside where a side divides it from the image") {
    // The corners of a turned box, around whose own corner it passes.
    const QuadWarp beside{{{{-34.04, 17.38}, {8.38, -25.04}, {14.04, -19.38}, {-28.38, 23.04}}}};
    SpatialTransformer stn = warps::transformer(beside, Size{4, 4});
    CHECK_THROWS_WITH_AS(lower(stn, {50, 50}), doctest::Contains("the quadrilateral lies wholly outside"),
                         Error);
    stn.padding = Padding::zeros;
    CHECK_NOTHROW(lower(stn, {50, 50}));
    const QuadWarp near{{{{-14.04, 17.38}, {18.38, -25.04}, {24.04, -19.38}, {-8.38, 23.04}}}};
    CHECK_NOTHROW(lower(warps::transformer(near, Size{4, 4}), {50, 50}));
    // Around all of the image.
    CHECK_NOTHROW(lower(warps::transformer(QuadWarp{{{{-9, -9}, {90, -5}, {95, 99}, {-7, 80}}}}, Size{4, 4}),
                        {50, 50}));
}

TEST_CASE("by hand: what lies behind the viewer of a projective map is not seen") {
    // x = 1/(2 - j): ½, 1, none at the horizon, none behind it; d counts as positive at the middle, j = 1.5.
    const ProjectiveWarp ahead{{{{0, 0, 1}, {0, 0, 0}, {-1, 0, 2}}}};
    ProjectiveWarp reversed = ahead;
    for (auto& numbers : reversed.matrix) {
        for (double& number : numbers) number = -number;
    }
    for (const ProjectiveWarp& warp : {ahead, reversed}) {
        const SamplingPoints points = sampling_points(warp, {5, 1}, {4, 1}, false);
        CHECK(points.at(0, 0).x == 0.5);
        CHECK(points.at(1, 0).x == 1);
        CHECK(std::isnan(points.at(2, 0).x));
        CHECK(std::isnan(points.at(3, 0).x));
    }
    for (const Padding padding : {Padding::zeros, Padding::border, Padding::reflection}) {
        SpatialTransformer stn = warps::transformer(ahead, Size{4, 1});
        stn.padding = padding;
        check_near(read(stn, line({10, 20, 30, 40, 50})), row({15, 20, 0, 0}), 50 * float32_rounding);
        stn.fill = Constant{{7}};
        stn.padding = {};
        check_near(read(stn, line({10, 20, 30, 40, 50})), row({15, 20, 7, 7}), 50 * float32_rounding);
    }
    CHECK_THROWS_AS(
        sampling_points(ProjectiveWarp{{{{1, 0, 0}, {0, 1, 0}, {1, 0, -1.5}}}}, {5, 1}, {4, 1}, false),
        InvalidParameter);
}

TEST_CASE("by hand: normalised points of a grid, and a flow between its cells") {
    const auto line = [](std::initializer_list<double> x) {
        std::vector<Point> points;
        for (const double one : x) points.push_back({one, 0});
        return warps::field(points, static_cast<int>(x.size()));
    };
    const GridWarp grid{line({-1, 0, 1})};
    for (const bool align_corners : {false, true}) {
        const SamplingPoints points = sampling_points(grid, {10, 1}, {3, 1}, align_corners);
        CHECK(points.at(0, 0).x == (align_corners ? 0 : -0.5));
        CHECK(points.at(1, 0).x == 4.5);
        CHECK(points.at(2, 0).x == (align_corners ? 9 : 9.5));
    }
    // Two cells over four pixels: a quarter, and three, of the way between their centres; constant beyond.
    const SamplingPoints points = sampling_points(FlowWarp{line({2, 6})}, {4, 1}, {4, 1}, false);
    for (const auto& [j, x] : {std::pair{0, 0 + 2.0}, {1, 1 + 3.0}, {2, 2 + 5.0}, {3, 3 + 6.0}}) {
        CHECK(std::abs(points.at(j, 0).x - x) <= 10 * float64_rounding);
    }
}

TEST_CASE("the outline of a small thin plate or flow is where its border lies") {
    const ThinPlateWarp plate{{{0, 0}, {2, 0}, {2, 1}, {0, 1}, {1, 0.5}},
                              {{30, 40}, {250, 20}, {220, 180}, {50, 160}, {170, 100}}};
    const std::vector<Point> outlined = outline(lower(warps::transformer(plate, Size{2, 1}), {300, 200}));
    REQUIRE(outlined.size() == 10);  // four corners, and each border pixel's outer edge
    for (const auto& [place, corner] : {std::pair<std::size_t, std::size_t>{0, 0}, {3, 1}, {5, 2}, {8, 3}}) {
        CHECK(std::abs(outlined[place].x - plate.to[corner].x) <= 1e-9 * 300);
        CHECK(std::abs(outlined[place].y - plate.to[corner].y) <= 1e-9 * 300);
    }
    const FlowWarp moved{warps::field({{3, -2}}, 1)};
    const std::vector<Point> all = outline(lower(warps::transformer(moved, Size{1, 1}), {300, 200}));
    CHECK(all.front().x == 3);
    CHECK(all.front().y == -2);
    CHECK(all[2].x == 303);
    CHECK_THROWS_AS(lower(warps::transformer(FlowWarp{warps::field({{1e13, 0}}, 1)}), {9, 9}), Error);
}

TEST_CASE("by hand: the points of log-polar circles") {
    // Two angles, a quarter and three quarters of a turn, and radii 2 and 8: √(1·16) apart by a factor of 4.
    const LogPolarWarp circles{{10, 20}, {1, 16}};
    const auto check = [](const SamplingPoints& points, double y, double r) {
        for (int i = 0; i < 2; ++i, r *= 4) {
            for (const int j : {0, 1}) {
                const Point p = points.at(j, i);
                CHECK(std::abs(p.x - 9.5) <= 100 * float64_rounding);
                CHECK(std::abs(p.y - (y - 0.5 + (j == 0 ? r : -r))) <= 100 * float64_rounding);
            }
        }
    };
    check(sampling_points(circles, {100, 50}, {2, 2}, false), 20, 2);
    // Radii in fractions are of the shorter side.
    const LogPolarWarp fractions{{0.1, 0.4}, {0.02, 0.32}, Units::fraction};
    check(sampling_points(fractions, {100, 50}, {2, 2}, false), 20, 2);

    // The border is the inner circle, then the outer one.
    const std::vector<Point> border = sampling_points(circles, {100, 50}, {2, 2}, false).border({2, 2});
    REQUIRE(border.size() == 2 * 129);
    for (std::size_t k = 0; k < border.size(); ++k) {
        const double r = std::hypot(border[k].x - 10, border[k].y - 20);
        CHECK(std::abs(r - (k < 129 ? 1 : 16)) <= 100 * float64_rounding);
    }
    CHECK(std::abs(border[32].y - 21) <= 100 * float64_rounding);  // clockwise on the screen: down first
}

TEST_CASE("a thin plate needs points that fix it, and goes through them") {
    const std::vector<Point> to{{1, 2}, {7, 1}, {8, 9}, {0, 6}};
    const auto points_through = [&](std::vector<Point> from) {
        return sampling_points(ThinPlateWarp{std::move(from), to}, {10, 10}, {4, 4}, false);
    };
    const SamplingPoints through = points_through({{0.5, 0.5}, {3.5, 0.5}, {3.5, 3.5}, {0.5, 3.5}});
    for (std::size_t k = 0; k < 4; ++k) {
        const Point p = through.at(k == 1 || k == 2 ? 3 : 0, k >= 2 ? 3 : 0);
        CHECK(std::abs(edge_from_centre(p.x) - to[k].x) <= 1e-9);
        CHECK(std::abs(edge_from_centre(p.y) - to[k].y) <= 1e-9);
    }
    CHECK_THROWS_AS(points_through({{0, 0}, {1, 1}, {2, 2}, {3, 3}}), InvalidParameter);
    CHECK_THROWS_AS(points_through({{0, 0}, {0, 0}, {4, 0}, {0, 4}}), InvalidParameter);
    CHECK_THROWS_AS(points_through({{2, 2}, {2, 2}, {2, 2}, {2, 2}}), InvalidParameter);
}

TEST_CASE("by hand: the windows of a retina") {
    // Of [c - 2^k, c + 2^k]: two pixels, four in twos, and eight in fours, of which two lie outside.
    const cv::Mat image = line({10, 20, 30, 40, 50, 60});
    Retina retina;
    retina.form = Retina::CentreForm{{2, 0.5}};
    retina.size = Size{2, 1};
    retina.scales = std::make_shared<const RetinaScales>(RetinaScales{.count = 3, .factor = 2});
    const std::vector<Retina> all = windows(retina);
    check_near(read(all[0], image), row({20, 30}), 0);
    check_near(read(all[1], image), row({7.5, 17.5}), 50 * float32_rounding);     // two rows, one outside
    check_near(read(all[2], image), row({1.875, 11.25}), 50 * float32_rounding);  // four rows
    // The same centre, as l of the paper and as a fraction.
    using enum retina_form::CentreUnits;
    for (const auto& form : {Retina::CentreForm{{2.0 / 6, 0.5}, fraction}, {{-2.0 / 6, 0}, normalised}}) {
        retina.form = form;
        for (const Retina& one : windows(retina)) {
            const auto k = static_cast<std::size_t>(*one.window);
            check_near(read(one, image), read(all[k], image), 0);
        }
    }
}

TEST_CASE("by hand: a retina about the image's corner in every unit") {
    using enum retina_form::CentreUnits;
    for (const auto& form : {Retina::CentreForm{{6, 4}, pixels}, {{1, 1}, fraction}, {{1, 1}, normalised}}) {
        Retina retina;
        retina.form = form;
        retina.size = Size{4, 2};
        retina.window = 0;
        CHECK(support(lower(retina, {6, 4}).map) == Rectangle{4, 3, 2, 1});
    }
}

TEST_CASE("by hand: a retina's sizes that are no whole numbers are rounded as boxes are") {
    // 3 · 1.5 = 4.5 about 5: from 2.75 to 7.25, and so [3, 7).
    Retina retina;
    retina.form = Retina::CentreForm{{5, 5}};
    retina.size = Size{3, 3};
    retina.window = 1;
    retina.scales = std::make_shared<const RetinaScales>(RetinaScales{.factor = 1.5});
    CHECK(support(lower(retina, {20, 20}).map) == Rectangle{3, 3, 4, 4});
}

TEST_CASE("by hand: indices have a matrix where they are equally far from each other") {
    const auto matrix = [](std::vector<int> columns) {
        return lower(Crop{Crop::IndexForm{{5, 3}, std::move(columns)}, {}, {}, {}, {}}, {10, 10}).matrix;
    };
    REQUIRE(matrix({1, 4, 7}));
    check_matrix(*matrix({1, 4, 7}), {{{3, 0, 1}, {0, -2, 5}}});
    CHECK(!matrix({1, 4, 8}));
    CHECK(!matrix({1, 4, 4}));
}

TEST_CASE("by hand: taps on an axis of three pixels") {
    const auto bilinear = [](Padding padding, Mirror mirror) {
        return AxisSampler{3, Interpolation::bilinear, padding, mirror};
    };
    const AxisSampler zeros = bilinear(Padding::zeros, Mirror::edges);
    CHECK(weights_of(zeros, 0.25) == Weights3{0.75, 0.25, 0});
    CHECK(weights_of(zeros, -0.5) == Weights3{0.5, 0, 0});
    CHECK(weights_of(zeros, 2.75) == Weights3{0, 0, 0.25});
    CHECK(weights_of(zeros, -1) == Weights3{0, 0, 0});
    const AxisSampler border = bilinear(Padding::border, Mirror::edges);
    CHECK(weights_of(border, -7) == Weights3{1, 0, 0});
    CHECK(weights_of(border, 2.75) == Weights3{0, 0, 1});
    CHECK(weights_of(border, 1.25) == Weights3{0, 0.75, 0.25});
    // Mirrors at 0 and 2: -1 → 1, -½ → ½, 2¼ → 1¾, 4 → 0, 5 → 1.
    const AxisSampler centres = bilinear(Padding::reflection, Mirror::centres);
    CHECK(weights_of(centres, -1) == Weights3{0, 1, 0});
    CHECK(weights_of(centres, -0.5) == Weights3{0.5, 0.5, 0});
    CHECK(weights_of(centres, 2.25) == Weights3{0, 0.25, 0.75});
    CHECK(weights_of(centres, 4) == Weights3{1, 0, 0});
    CHECK(weights_of(centres, 5) == Weights3{0, 1, 0});
    // Mirrors at -½ and 2½: -1 → 0, -1½ → ½, -¼ is clipped to 0, 3 → 2, 4¼ → ¾, 6 → 0 → … → 0.
    const AxisSampler edges = bilinear(Padding::reflection, Mirror::edges);
    CHECK(weights_of(edges, -1) == Weights3{1, 0, 0});
    CHECK(weights_of(edges, -1.5) == Weights3{0.5, 0.5, 0});
    CHECK(weights_of(edges, -0.25) == Weights3{1, 0, 0});
    CHECK(weights_of(edges, 3) == Weights3{0, 0, 1});
    CHECK(weights_of(edges, 4.25) == Weights3{0.25, 0.75, 0});
    CHECK(weights_of(edges, 6) == Weights3{1, 0, 0});
}

TEST_CASE("by hand: the nearest pixel, ties to even") {
    const AxisSampler nearest{4, Interpolation::nearest, Padding::zeros, Mirror::edges};
    CHECK(weights_of(nearest, 0.5) == std::vector<double>{1, 0, 0, 0});
    CHECK(weights_of(nearest, 1.5) == std::vector<double>{0, 0, 1, 0});
    CHECK(weights_of(nearest, 2.4) == std::vector<double>{0, 0, 1, 0});
    CHECK(weights_of(nearest, -0.5) == std::vector<double>{1, 0, 0, 0});
    CHECK(weights_of(nearest, 3.5) == std::vector<double>{0, 0, 0, 0});
}

TEST_CASE("by hand: bicubic weights with a = -0.75") {
    const auto bicubic = [](Padding padding) {
        return AxisSampler{4, Interpolation::bicubic, padding, Mirror::edges};
    };
    CHECK(weights_of(bicubic(Padding::zeros), 1.5) == std::vector{-0.09375, 0.59375, 0.59375, -0.09375});
    CHECK(weights_of(bicubic(Padding::zeros), 0.5) == std::vector{0.59375, 0.59375, -0.09375, 0.0});
    CHECK(weights_of(bicubic(Padding::border), 0.5) == std::vector{0.5, 0.59375, -0.09375, 0.0});
    CHECK(weights_of(bicubic(Padding::zeros), 2) == std::vector<double>{0, 0, 1, 0});
    // Each tap is mirrored for itself: -2 → 1, -1 → 0, 0 and 1.
    CHECK(weights_of(bicubic(Padding::reflection), -0.5) == std::vector{1.1875, -0.1875, 0.0, 0.0});
}

TEST_CASE("by hand: a box turned by 90°") {
    // Clockwise on the screen: the glimpse's top-left pixel looks at the box's top right.
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{0, 0, 2, 2}, Units::pixels, 90};
    const cv::Mat image = (cv::Mat_<float>(2, 2) << 1, 2, 3, 4);
    check_near(read(stn, image), (cv::Mat_<double>(2, 2) << 2, 4, 1, 3), 0);
    // c = (3½, 2½), steps 2 and 1: x = 3½ - (i - ½), y = 2½ + 2 (j - 1).
    check_matrix(box_to_image({1, 2, 6, 2}, {3, 2}, 90), {{{0, -1, 4}, {2, 0, 0.5}}});
    // Half a turn: x = 6 - 2 j, y = 3 - i.
    check_matrix(box_to_image({1, 2, 6, 2}, {3, 2}, 180), {{{-2, 0, 5.5}, {0, -1, 3}}});
}

TEST_CASE("by hand: one box for any mechanism") {
    const Box box{3, 1, 6, 4};
    const Size size{4, 2};
    const auto [x, y] = axes({Gaussian::BoxForm{{box, Units::pixels}, 0.5}, size, {}}, {20, 10}, size);
    check_axis(x, {3.25, 0.75, 1.5});
    check_axis(y, {1.5, 1, 2});
    check_matrix(box_to_image(box, size), {{{1.5, 0, 3.25}, {0, 2, 1.5}}});
    Mask mask;
    mask.form = Mask::BoxForm{box, Units::pixels};
    const cv::Mat a = weights(mask, {20, 10});
    CHECK(cv::sum(a)[0] == 24);
    CHECK(cv::countNonZero(a(cv::Rect(3, 1, 6, 4)) != 1) == 0);
    CHECK(rounded(in_pixels({{0.15, 0.1, 0.3, 0.4}, Units::fraction}, {20, 10})) == Rectangle{3, 1, 6, 4});
}

TEST_CASE("by hand: a kernel of rows and columns, its weights outside, bias and fill") {
    // r = 1: the tap of row u and column v looks at row i + u - 1 and column j + v - 1.
    const std::vector<double> kernel{0, 2, 0, -1, 1, 0, 0, 0, 3};
    const cv::Mat image = (cv::Mat_<float>(2, 3) << 1, 2, 3, 4, 5, 6);
    Filter filter = filters::of_kernel(kernel);
    // [0, 0]: 1 + 3·5; [0, 1]: 2 - 1 + 3·6; [0, 2]: 3 - 2; [1, 0]: 2·1 + 4; [1, 1]: 2·2 - 4 + 5; ...
    const cv::Mat expected = (cv::Mat_<double>(2, 3) << 16, 19, 1, 6, 5, 7);
    check_near(read(filter, image), expected, 0);
    filter.bias = {0.5};
    check_near(read(filter, image), cv::Mat(expected + 0.5), 0);
    filter.bias = {};
    // Outside at [0, 0]: above and left, 2 - 1; at [0, 1] above; at [0, 2] above and below right; ...
    const cv::Mat outside = (cv::Mat_<double>(2, 3) << 1, 2, 5, 2, 3, 3);
    CHECK(difference(weights_outside(lower(filter, {3, 2})), outside) == 0);
    filter.fill = Constant{{10}};
    check_near(read(filter, image), cv::Mat(expected + 10 * outside), 0);
    const Lowered lowered = lower(filter, {3, 2});
    CHECK(lowered.full_weight == 5);
    CHECK(is_signed(lowered));
    CHECK(inside(lowered) == 1);
    // Aᵀ1: each pixel's weights by whom it is looked at.
    check_near(attention_map(lowered.map).pixels, (cv::Mat_<double>(2, 3) << 2, 2, 3, 0, 3, 4), 0);
}

TEST_CASE("a weight of 0 makes NaN of NaN, of a kernel for all pixels and of one for each") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const cv::Mat image = (cv::Mat_<float>(1, 6) << 1, 2, nan, 4, 5, 6);
    const std::vector<double> kernel{0, 0, 0, 0, 1, 0, 0, 0, 0};
    std::vector<float> of_each;
    for (int k = 0; k < 6; ++k) of_each.insert(of_each.end(), kernel.begin(), kernel.end());
    const cv::Mat one = small_images::read(filters::of_kernel(kernel), image);
    const cv::Mat each = small_images::read(filters::of_each_pixel(of_each, {6, 1}, 3), image);
    for (int x = 0; x < 6; ++x) {
        CAPTURE(x);
        const bool sees = x >= 1 && x <= 3;
        CHECK(std::isnan(one.at<float>(0, x)) == sees);
        CHECK(std::isnan(each.at<float>(0, x)) == sees);
    }
}

TEST_CASE("by hand: filters of each pixel") {
    // s = 2, r = 1: taps at (-1, -1), (-1, 0), (0, -1) and (0, 0).
    const std::vector<float> weights{0, 0, 0, 1, 0, 0, 1, 0, 5, 1, 0, 0, 0.5F, 0, 0, -2};
    const cv::Mat image = (cv::Mat_<float>(2, 2) << 10, 20, 30, 40);
    const Filter filter = filters::of_each_pixel(weights, {2, 2}, 2);
    check_near(read(filter, image), (cv::Mat_<double>(2, 2) << 10, 10, 10, -75), 0);
    check_near(read(filters::of_each_pixel(weights, {2, 2}, 2, Padding::border), image),
               (cv::Mat_<double>(2, 2) << 10, 10, 60, -75), 0);
    CHECK(lower(filter, {2, 2}).full_weight == 0);  // none in common
}

TEST_CASE("by hand: sampling points, x W - ½, and what of them lies outside") {
    const auto of = [](std::vector<AttendedPoint> points) {
        DeformablePoints mechanism;
        mechanism.points = std::make_shared<const std::vector<AttendedPoint>>(std::move(points));
        return mechanism;
    };
    const cv::Mat image = (cv::Mat_<float>(2, 4) << 10, 20, 30, 40, 50, 60, 70, 80);
    // (0.375, 0.25) is the centre (1, 0); (0.5, 0.5) is (1.5, 0.5), between four; (0, 0.75) is (-½, 1).
    CHECK(read(of({{{0.375, 0.25}, 1}}), image).at<float>(0, 0) == 20);
    CHECK(read(of({{{0.5, 0.5}, 0.5}}), image).at<float>(0, 0) == 22.5F);
    const DeformablePoints all = of({{{0.375, 0.25}, 0.25}, {{0.5, 0.5}, 0.5}, {{0, 0.75}, 0.25}});
    CHECK(read(all, image).at<float>(0, 0) == 5 + 22.5F + 6.25F);
    const Lowered lowered = lower(all, {4, 2});
    CHECK(inside(lowered) == 0.875);
    CHECK(lowered.full_weight == 1);
    CHECK(!is_signed(lowered));
    CHECK(support(lowered.map) == Rectangle{0, 0, 3, 2});
    check_near(attention_map(lowered.map).pixels,
               (cv::Mat_<double>(2, 3) << 0, 0.375, 0.125, 0.125, 0.125, 0.125), 0);
    REQUIRE(lowered.marks);
    CHECK(lowered.marks->dots[1].at.x == 2);
    CHECK(lowered.marks->dots[1].at.y == 1);
    CHECK(inside(lower(of({{{5, 5}, 1}}), {4, 2})) == 0);
    CHECK(is_signed(lower(of({{{0.5, 0.5}, -1}}), {4, 2})));
}
