#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "filters.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpses/transition_reading.hpp"
#include "small_images.hpp"

// Masks that are combined with the image between sum and product, and means between the arithmetic and the
// geometric one.

using namespace glimpse;
using namespace glimpse::small_images;

namespace {

/// As the table of tests/pixels/transition_test.cpp, to six places.
constexpr double table_rounding = 1e-6;
/// A float32 image moved by 1/128 of its range: the third derivative of what is between a sum and a product
/// leaves some thousandths of the derivative.
constexpr double step = 1.0 / 128;
constexpr double difference_tolerance = 4e-3;

Lowered lowered(const Mechanism& mechanism, Size image, std::vector<double> n) {
    Lowered one = lower(mechanism, image);
    one.transition = effective(Transition{std::move(n)}, one.map);
    return one;
}

cv::Mat read_by(std::vector<double> n, const Mechanism& mechanism, const cv::Mat& image) {
    const Lowered one = lowered(mechanism, size_of(image), std::move(n));
    return read_glimpse(cpu(), one, {whole(size_of(image)), image}, CV_32F);
}

Mask mask_of(const cv::Mat& values) {
    Mask mask;
    mask.form = Mask::GridForm{values};
    return mask;
}

Crop crop_of(Box box, Size size) {
    return {Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, {}};
}

Gaussian gaussian() {
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{{1.5, 0.8, 1.5}, {1, 0.9, 1.2}};
    gaussian.size = Size{2, 3};
    return gaussian;
}

/// Values from 0.1 to 0.9 of the range.
cv::Mat values_within(Size size, int channels) {
    cv::Mat values(size.height, size.width, CV_32FC(channels));
    cv::RNG random(3);
    random.fill(values, cv::RNG::UNIFORM, 0.1, 0.9);
    return values;
}

}  // namespace

TEST_CASE("by hand: a mask is combined with the image by a transition") {
    const cv::Mat weights = (cv::Mat_<double>(1, 3) << 0.3, 0.3, 0);
    const cv::Mat image = (cv::Mat_<float>(1, 3) << 0.6, 0.6, 0.5);
    check_near(read_by({0}, mask_of(weights), image), row({0.9, 0.9, 0.5}), table_rounding);
    check_near(read_by({1}, mask_of(weights), image), row({0.18, 0.18, 0}), table_rounding);
    check_near(read_by({0.5}, mask_of(weights), image).colRange(0, 2), row({0.384137, 0.384137}),
               table_rounding);
    // E(-½, 0) + E(-½, ½) = log ½ + 0, and ψ(log ½) + ½ = 0.
    check_near(read_by({0.5}, mask_of(weights), image).colRange(2, 3), row({0}), table_rounding);
    // In 8 bits white is 1.
    const cv::Mat bytes = (cv::Mat_<uchar>(1, 3) << 153, 153, 128);
    check_near(read_by({0.5}, mask_of(weights), bytes).colRange(0, 2), row({97.954935, 97.954935}),
               255 * table_rounding);
}

TEST_CASE("by hand: a weighed sum and a crop's mean become quasi-arithmetic means") {
    const cv::Mat image = (cv::Mat_<float>(1, 2) << 0.2, 0.8);
    Mask halves = mask_of((cv::Mat_<double>(1, 2) << 0.5, 0.5));
    halves.reduce = Mask::Reduce::sum;
    for (const Mechanism& mechanism : {Mechanism(halves), Mechanism(crop_of({0, 0, 2, 1}, {1, 1}))}) {
        check_near(read_by({0}, mechanism, image), row({0.5}), table_rounding);
        check_near(read_by({0.5}, mechanism, image), row({0.472060}), table_rounding);
        check_near(read_by({1}, mechanism, image), row({0.4}), table_rounding);
    }
    cv::Mat colours(1, 2, CV_32FC3);
    for (int x = 0; x < 2; ++x) colours.at<cv::Vec3f>(0, x) = cv::Vec3f::all(x == 0 ? 0.2F : 0.8F);
    check_near(read_by({0, 0.5, 1}, halves, colours), row({0.5, 0.472060, 0.4}), table_rounding);
    const cv::Mat black = (cv::Mat_<float>(1, 2) << 0, 0.8);
    CHECK(read_by({1}, halves, black).at<float>(0, 0) == 0);
    check_near(read_by({0.5}, halves, black),
               row({iterated_exponential(0.5, 0.5 * std::log(0.5) + 0.5 * 0.3)}), table_rounding);
}

TEST_CASE("a transition of 0 is a glimpse itself, and of 1 a mask itself, bit for bit") {
    for (const int type : {CV_8UC3, CV_16UC1, CV_32FC4}) {
        const cv::Mat image = noise({9, 7}, type, 5);
        const Mask mask = mask_of((cv::Mat_<double>(2, 2) << 0.1, 0.9, 0.4, 0.75));
        CHECK(difference(read_by({1}, mask, image), small_images::read(mask, image)) == 0);
        CHECK(difference(read_by({0}, gaussian(), image), small_images::read(gaussian(), image)) == 0);
    }
}

TEST_CASE("a constant image has the glimpse of no transition, also where Gaussians fade") {
    const cv::Mat image(6, 8, CV_32FC2, cv::Scalar(0.25, 0.75));
    Gaussian narrow;  // its rows lack 2e-3 and more of their weight, and one has none
    narrow.form = Gaussian::AxesForm{{0.5, 0.098, 1.25}, {2, 1, 60}};
    narrow.size = Size{3, 2};
    Gaussian turned;
    turned.form = Gaussian::BoxForm{{{1, 1, 5, 4}, Units::pixels, 25}, 0.1};
    turned.size = Size{3, 3};
    for (const Gaussian& mechanism : {gaussian(), narrow, turned}) {
        const cv::Mat linear = small_images::read(mechanism, image);
        for (const double n : {0.25, 0.5, 1.0})
            CHECK(difference(read_by({n}, mechanism, image), linear) <= table_rounding);
    }
}

TEST_CASE("by hand: a Gaussian's geometric mean fades as its sum does") {
    // One pixel of weight m/(m + 1e-8), m = e^-18, along one axis, whose square root is not that of the
    // value.
    Gaussian beside;
    beside.form = Gaussian::AxesForm{{-6, 1, 0}, {0, 1, 0}};
    beside.size = Size{1, 1};
    const cv::Mat image = (cv::Mat_<float>(1, 1) << 0.25);
    const double m = std::exp(-18.0);
    const double kept = m / (m + 1e-8) / (1 + 1e-8);
    check_near(read_by({1}, beside, image), row({0.25 * kept}), table_rounding);
}

TEST_CASE("what is no number makes none of those that see it, and of no other") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const cv::Mat image = (cv::Mat_<float>(1, 4) << 0.25, nan, 0.5, 0.5);
    Crop crop = crop_of({0, 0, 4, 1}, {2, 1});
    crop.interpolation = Resampling::area;
    const cv::Mat halves = read_by({0.5}, crop, image);
    CHECK(std::isnan(halves.at<float>(0, 0)));
    CHECK(halves.at<float>(0, 1) == doctest::Approx(0.5));
    const cv::Mat masked = read_by({0.5}, mask_of((cv::Mat_<double>(1, 4) << 0.5, 0.5, 0.5, 0)), image);
    for (int x = 0; x < 4; ++x) CHECK(std::isnan(masked.at<float>(0, x)) == (x == 1));
    const Lowered one = lowered(mask_of((cv::Mat_<double>(1, 4) << 1, 1, 1, 1)), {4, 1}, {0.5});
    const cv::Mat attention = linearised_attention(cpu(), one, {whole({4, 1}), image}).pixels;
    CHECK(attention.at<float>(0, 1) == 0);
    CHECK(attention.at<float>(0, 2) > 0);
}

TEST_CASE("by hand: filters of which each pixel has a sum of its own") {
    // Of the left pixel (½, ½) of itself and its right neighbour, of the right one ¼ of itself.
    const Filter filter = filters::of_each_pixel({0, 0, 0, 0, 0.5, 0.5, 0, 0, 0,  //
                                                  0, 0, 0, 0, 0.25, 0, 0, 0, 0},
                                                 {2, 1}, 3);
    const cv::Mat image = (cv::Mat_<float>(1, 2) << 0.2, 0.8);
    check_near(read_by({0}, filter, image), row({0.5, 0.2}), table_rounding);
    check_near(read_by({1}, filter, image), row({0.4, std::pow(0.8, 0.25)}), table_rounding);
    CHECK_NOTHROW(validate_transition(lowered(filter, {2, 1}, {0.5}), 1, false));
    const Filter signed_one = filters::of_kernel({0, 1, 0, 1, -4, 1, 0, 1, 0});
    CHECK_THROWS_WITH_AS(validate_transition(lowered(signed_one, {4, 4}, {0.5}), 1, false),
                         doctest::Contains("sum to 0"), InvalidParameter);
    // Outside the image is black: the left pixel sees it by half.
    const Filter beyond = filters::of_kernel({0, 0, 0, 0.5, 0.5, 0, 0, 0, 0});
    check_near(read_by({1}, beyond, image), row({0, 0.4}), table_rounding);
}

TEST_CASE("by hand: a mask has an n of each pixel") {
    Lowered one = lower(mask_of((cv::Mat_<double>(1, 3) << 0.3, 0.3, 0.3)), {3, 1});
    Transition transition;
    transition.of_pixels = (cv::Mat_<float>(1, 3) << 0, 0.5, 1);
    one.transition = effective(transition, one.map);
    const cv::Mat image = (cv::Mat_<float>(1, 3) << 0.6, 0.6, 0.6);
    check_near(read_glimpse(cpu(), one, {whole({3, 1}), image}, CV_32F), row({0.9, 0.384137, 0.18}),
               table_rounding);
    const ImageRegion attention = linearised_attention(cpu(), one, {whole({3, 1}), image});
    CHECK(attention.pixels.at<float>(0, 0) == 1);
    CHECK(attention.pixels.at<float>(0, 2) == doctest::Approx(0.3));
    transition.of_pixels = (cv::Mat_<float>(1, 2) << 0, 0.5);
    one.transition = effective(transition, one.map);
    CHECK_THROWS_WITH_AS(validate_transition(one, 1, false), doctest::Contains("2×1"), InvalidParameter);
    Lowered crop = lower(crop_of({0, 0, 2, 1}, {1, 1}), {2, 1});
    crop.transition = effective(transition, crop.map);
    CHECK_THROWS_WITH_AS(validate_transition(crop, 1, false), doctest::Contains("of a mask"),
                         InvalidParameter);
}

TEST_CASE("the support is all of the image where weights of 0 show it, and the map's otherwise") {
    const Mask mask = mask_of((cv::Mat_<double>(1, 4) << 0, 1, 1, 0));
    CHECK(support(lowered(mask, {4, 1}, {0.5})) == whole({4, 1}));
    CHECK(support(lowered(mask, {4, 1}, {1, 0})) == whole({4, 1}));
    CHECK(support(lowered(mask, {4, 1}, {1})) == Rectangle{1, 0, 2, 1});
    CHECK(support(lowered(crop_of({1, 0, 2, 1}, {1, 1}), {4, 1}, {0.5})) == Rectangle{1, 0, 2, 1});
}

TEST_CASE("what lies outside the image is the padding, black without it") {
    const cv::Mat image(4, 4, CV_32F, cv::Scalar(0.5));
    SpatialTransformer stn{
        SpatialTransformer::MatrixForm{{{{{1, 0, -0.5}, {0, 1, 1}}}}}, Size{2, 1}, {}, {}, {}, {}, {}};
    check_near(read_by({1}, stn, image), row({0, 0.5}), table_rounding);
    stn.fill = Constant{{0.125}};
    check_near(read_by({1}, stn, image), row({std::sqrt(0.125 * 0.5), 0.5}), table_rounding);
    stn.fill = {};
    stn.padding = Padding::border;
    check_near(read_by({1}, stn, image), row({0.5, 0.5}), table_rounding);
}

TEST_CASE("a crop wholly outside the image is its padding in all channels") {
    Crop beside = crop_of({9, 0, 3, 2}, {2, 2});
    beside.padding = Padding::zeros;
    const cv::Mat image(4, 4, CV_16UC3, cv::Scalar::all(1000));
    const cv::Mat glimpse = read_by({0.5}, beside, image);
    REQUIRE(glimpse.type() == CV_32FC3);
    CHECK(cv::norm(glimpse, cv::NORM_INF) <= 65535 * table_rounding);
}

TEST_CASE("the attention map is that of the linearisation, by central differences") {
    constexpr Size size{4, 3};
    const cv::Mat weights = (cv::Mat_<double>(2, 2) << 0.1, 0.9, 0.4, 0.75);
    Mask summed = mask_of(weights);
    summed.reduce = Mask::Reduce::sum;
    for (const Mechanism& mechanism : {Mechanism(mask_of(weights)), Mechanism(gaussian()),
                                       Mechanism(crop_of({0, 0, 4, 3}, {2, 2})), Mechanism(summed)}) {
        for (const double n : {0.3, 0.5, 1.0}) {
            const bool is_mask = std::holds_alternative<Mask>(mechanism);
            if (is_mask && n == 1) continue;  // linear
            CAPTURE(n);
            CAPTURE(std::string(name(mechanism)));
            const cv::Mat image = values_within(size, 2);
            const Lowered one = lowered(mechanism, size, {n});
            const ImageRegion attention = linearised_attention(cpu(), one, {whole(size), image});
            REQUIRE(attention.region == whole(size));
            for (int y = 0; y < size.height; ++y) {
                for (int x = 0; x < size.width; ++x) {
                    const auto moved = [&](float by) {
                        cv::Mat other = image.clone();
                        other.at<cv::Vec2f>(y, x) += cv::Vec2f::all(by);
                        const cv::Scalar sum =
                            cv::sum(read_glimpse(cpu(), one, {whole(size), other}, CV_32F));
                        return (sum[0] + sum[1]) / 2;
                    };
                    const double derivative = (moved(step) - moved(-step)) / (2 * step);
                    CHECK(std::abs(double{attention.pixels.at<float>(y, x)} - derivative) <=
                          difference_tolerance * std::max(1.0, derivative));
                }
            }
        }
    }
}

TEST_CASE("a black pixel, whose logarithm has no derivative, counts 0 in a geometric mean's attention") {
    Mask halves = mask_of((cv::Mat_<double>(1, 2) << 0.5, 0.5));
    halves.reduce = Mask::Reduce::sum;
    const cv::Mat image = (cv::Mat_<float>(1, 2) << 0, 0.8);
    const Lowered one = lowered(halves, {2, 1}, {1});
    check_near(linearised_attention(cpu(), one, {whole({2, 1}), image}).pixels, row({0, 0}), 0);
    // ∂√(x y)/∂x = ½ √(y/x)
    const cv::Mat grey = (cv::Mat_<float>(1, 2) << 0.2, 0.8);
    check_near(linearised_attention(cpu(), one, {whole({2, 1}), grey}).pixels, row({1, 0.25}),
               table_rounding);
}

TEST_CASE("a transition of what has none is refused") {
    const Mask mask = mask_of((cv::Mat_<double>(1, 2) << 0.5, 0.5));
    const cv::Mat negative = (cv::Mat_<float>(1, 2) << 0.5, -0.25);
    CHECK_THROWS_WITH_AS(read_by({0.5}, mask, negative), doctest::Contains("(1, 0) is -0.25"), Error);
    const Lowered one = lowered(mask, {2, 1}, {0.5, 0.25});
    CHECK_THROWS_AS(validate_transition(one, 3, false), InvalidParameter);
    CHECK_THROWS_AS(validate_transition(one, 2, true), InvalidParameter);
    CHECK_NOTHROW(validate_transition(one, 2, false));
    Mask both_signs = mask_of((cv::Mat_<double>(1, 2) << 0.5, -0.5));
    both_signs.kind = Mask::Kind::free;
    CHECK_THROWS_AS(validate_transition(lowered(both_signs, {2, 1}, {0.5}), 1, false), InvalidParameter);
}
