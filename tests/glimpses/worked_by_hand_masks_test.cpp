#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"
#include "small_images.hpp"

// Masks, and what a picture needs beside A I: worked with pencil and paper.

using namespace glimpse;
using namespace glimpse::small_images;

namespace {

const double ln3 = std::log(3.0);

Mask grid(const cv::Mat_<double>& values, Mask::Kind kind = Mask::Kind::free) {
    Mask mask;
    mask.form = Mask::GridForm{values};
    mask.kind = kind;
    return mask;
}

Crop crop(Box box, std::optional<Size> size = {}, Fill fill = {}) {
    return {Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, std::move(fill)};
}

SpatialTransformer shifted(double x, Size size, Fill fill = {}) {
    return {SpatialTransformer::MatrixForm{{{{{1, 0, x}, {0, 1, 0}}}}},
            size,
            {},
            {},
            Interpolation::bilinear,
            {},
            std::move(fill)};
}

/// One row of 8-bit pixels.
cv::Mat grey_and_alpha(std::initializer_list<std::uint8_t> values) {
    return cv::Mat(std::vector(values), true).reshape(2, 1);
}

void check_corners(const std::vector<Point>& corners, const std::vector<Point>& expected) {
    REQUIRE(corners.size() == expected.size());
    for (std::size_t n = 0; n < corners.size(); ++n) {
        CAPTURE(n);
        CHECK(corners[n].x == doctest::Approx(expected[n].x));
        CHECK(corners[n].y == doctest::Approx(expected[n].y));
    }
}

}  // namespace

TEST_CASE("by hand: upsampled grids") {
    Mask mask = grid(row({0, 1}));
    // Centres of four pixels in units of two cells: -¼ ¼ ¾ 1¼.
    check_near(weights(mask, {4, 1}), row({0, 0.25, 0.75, 1}), 0);
    mask.upsample = Mask::Upsample::nearest;
    check_near(weights(mask, {5, 1}), row({0, 0, 1, 1, 1}), 0);
    mask.upsample = Mask::Upsample::bicubic;
    // k(¾) + k(1¾) = 0.26171875 - 0.03515625 at ¼, and k(1¼) = -0.10546875 at -¼.
    check_near(weights(mask, {4, 1}), row({-0.10546875, 0.2265625, 0.7734375, 1.10546875}), float32_rounding);
    mask.kind = Mask::Kind::soft;
    check_near(weights(mask, {4, 1}), row({0, 0.2265625, 0.7734375, 1}), float32_rounding);
}

TEST_CASE("by hand: grids that are upsampled smoothly") {
    // With s = 1/√(2 ln 2) pixels the filter has 256 128 16 ½ in 545ths, from its middle to r = ⌊4 s + ½⌋
    // = 3.
    const double s = 1 / std::sqrt(2 * std::numbers::ln2);
    Mask mask = grid(row({0, 0, 0, 1, 0, 0, 0}));
    mask.upsample = Mask::Upsample::gaussian;
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = s});
    const double part = 1.0 / 545;
    check_near(weights(mask, {7, 1}), cv::Mat(row({0.5, 16, 128, 256, 128, 16, 0.5}) * part),
               float32_rounding);
    // Mirrored at both outer edges.
    mask.form = Mask::GridForm{row({1, 0, 0})};
    check_near(weights(mask, {3, 1}), cv::Mat(row({384, 144, 17}) * part), float32_rounding);
    // Of cells of two pixels half a cell: the filtered 0 ¼ ¾ 1 of bilinear upsampling.
    mask.form = Mask::GridForm{row({0, 1})};
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = s / 2});
    check_near(weights(mask, {4, 1}), cv::Mat(row({48.875, 176.625, 368.375, 496.125}) * part),
               float32_rounding);
    // Columns and rows by their own cells: here of two pixels and of one.
    mask.form = Mask::GridForm{cv::Mat(3, 2, CV_64F, cv::Scalar(0.7))};
    check_near(weights(mask, {4, 3}), cv::Mat(3, 4, CV_64F, cv::Scalar(0.7)), 2 * float32_rounding);
    // A filter that is much wider than the image leaves the mean.
    mask.form = Mask::GridForm{row({0, 1, 0.5})};
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = 1e9});
    check_near(weights(mask, {9, 2}), cv::Mat(2, 9, CV_64F, cv::Scalar(0.5)), 1e-4);
    // One that is much narrower than a pixel leaves the bilinear weights.
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = 1e-9});
    Mask bilinear = grid(row({0, 1, 0.5}));
    check_near(weights(mask, {9, 2}), weights(bilinear, {9, 2}), float32_rounding);
}

TEST_CASE("by hand: activations") {
    Mask mask = grid((cv::Mat_<double>(1, 3) << 0, ln3, -ln3), Mask::Kind::soft);
    mask.activation = Mask::Activation::sigmoid;
    check_near(weights(mask, {3, 1}), row({0.5, 0.75, 0.25}), float32_rounding);
    mask = grid((cv::Mat_<double>(2, 2) << 0, ln3, ln3, 0), Mask::Kind::soft);
    mask.activation = Mask::Activation::softmax;
    check_near(weights(mask, {2, 2}), (cv::Mat_<double>(2, 2) << 0.125, 0.375, 0.375, 0.125),
               float32_rounding);
    // Over the grid, before it is upsampled: the weights of the larger mask do not sum to 1.
    CHECK(cv::sum(weights(mask, {4, 4}))[0] == doctest::Approx(4));
    // e^1000 is no number, its share is.
    mask.form = Mask::GridForm{row({1000, 1000 + ln3})};
    check_near(weights(mask, {2, 1}), row({0.25, 0.75}), float32_rounding);
}

TEST_CASE("by hand: a temperature divides the numbers of an activation") {
    // ln 3 and -ln 3 at a temperature of ½ are ln 9 and -ln 9, and at 2 half of them: √3 to 1.
    Mask mask = grid((cv::Mat_<double>(1, 3) << 0, ln3, -ln3), Mask::Kind::soft);
    mask.activation = Mask::Activation::sigmoid;
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = 0.5});
    check_near(weights(mask, {3, 1}), row({0.5, 0.9, 0.1}), float32_rounding);
    mask = grid(row({0, ln3}), Mask::Kind::soft);
    mask.activation = Mask::Activation::softmax;
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = 2});
    const double root3 = std::sqrt(3.0);
    check_near(weights(mask, {2, 1}), row({1 / (1 + root3), root3 / (1 + root3)}), float32_rounding);
    // Towards 0 the greatest number has it all, and towards infinity none has more than another.
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = 1e-320});
    check_near(weights(mask, {2, 1}), row({0, 1}), 0);
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = 1e300});
    check_near(weights(mask, {2, 1}), row({0.5, 0.5}), 0);
}

TEST_CASE("by hand: relu") {
    Mask mask = grid((cv::Mat_<double>(1, 3) << -3, 0.5, 1), Mask::Kind::soft);
    mask.activation = Mask::Activation::relu;
    check_near(weights(mask, {3, 1}), row({0, 0.5, 1}), 0);
    CHECK(!is_signed(lower(mask, {3, 1})));
    // Before upsampling: halfway between -3 and 1 lies ½.
    mask.form = Mask::GridForm{row({-3, 1})};
    check_near(weights(mask, {4, 1}), row({0, 0.25, 0.75, 1}), 0);
}

TEST_CASE("by hand: weights that are divided by the greatest") {
    Mask mask = grid(row({0.01, 0.04, 0.02}), Mask::Kind::soft);
    mask.normalise = Mask::Normalise::max;
    check_near(weights(mask, {3, 1}), row({0.25, 1, 0.5}), float32_rounding);
    CHECK(weights(mask, {3, 1}).at<float>(0, 1) == 1);
    // Of the upsampled weights, whose pixels lie at -⅛ ⅝ 1⅜ 2⅛ of three cells: none has the cell's own 8.
    mask.form = Mask::GridForm{row({0, 8, 0})};
    check_near(weights(mask, {4, 1}), row({0, 1, 1, 0}), 0);
    // A bicubic kernel's undershoot is cut off first, and its overshoot is the greatest.
    mask.form = Mask::GridForm{row({0, 1})};
    mask.upsample = Mask::Upsample::bicubic;
    check_near(weights(mask, {4, 1}), row({0, 0.2265625 / 1.10546875, 0.7734375 / 1.10546875, 1}),
               float32_rounding);
    // Signs stay; the magnitude counts.
    mask = grid(row({-8, 2, 4}));
    mask.normalise = Mask::Normalise::max;
    check_near(weights(mask, {3, 1}), row({-1, 0.25, 0.5}), 0);
    // What is 0 everywhere stays so.
    mask.form = Mask::GridForm{row({0, 0})};
    check_near(weights(mask, {2, 1}), row({0, 0}), 0);
    // The threshold comes last.
    mask = grid(row({0.01, 0.04, 0.02}), Mask::Kind::hard);
    mask.normalise = Mask::Normalise::max;
    mask.threshold = 0.5;
    check_near(weights(mask, {3, 1}), row({0, 1, 1}), 0);
}

TEST_CASE("by hand: weights that are divided by their sum") {
    Mask mask = grid(row({1, 3, 4}), Mask::Kind::soft);
    mask.normalise = Mask::Normalise::sum;
    check_near(weights(mask, {3, 1}), row({0.125, 0.375, 0.5}), 0);
    // The sum over the pixels, not over the grid.
    mask.upsample = Mask::Upsample::nearest;
    check_near(weights(mask, {6, 1}), row({0.0625, 0.0625, 0.1875, 0.1875, 0.25, 0.25}), 0);
    mask = grid(row({-1, 2, 3}));
    mask.normalise = Mask::Normalise::sum;
    check_near(weights(mask, {3, 1}), row({-0.25, 0.5, 0.75}), 0);
    // A weighted mean: (10 + 3 · 20) / 4.
    mask.form = Mask::VectorForm{{2, 6}, {5}};
    mask.reduce = Mask::Reduce::sum;
    check_near(read(mask, line({10, 20})), row({17.5}), 0);
}

TEST_CASE("numbers that float32 cannot hold are weights once they are normalised") {
    for (const double scale : {1e-320, 1e-60, 1e60, 1e308}) {
        for (const auto normalise : {Mask::Normalise::max, Mask::Normalise::sum}) {
            const double divisor = normalise == Mask::Normalise::max ? 1 : 1.5;
            Mask mask = grid(row({scale, scale / 2}), Mask::Kind::soft);
            mask.normalise = normalise;
            CAPTURE(scale);
            check_near(weights(mask, {2, 1}), row({1 / divisor, 0.5 / divisor}), 1e-3);
            mask.form = Mask::VectorForm{{scale, scale / 2}, {scale}};
            check_near(weights(mask, {2, 1}), row({1 / divisor, 0.5 / divisor}), 1e-3);
        }
    }
    // Both vectors' greatest is e^-200, and their product no number.
    Mask far;
    far.form = Mask::GaussianForm{{-20, 1}, {-20, 1}, Mask::GaussianForm::Normalise::peak};
    far.normalise = Mask::Normalise::max;
    check_near(weights(far, {2, 2}),
               (cv::Mat_<double>(2, 2) << 1, std::exp(-20.5), std::exp(-20.5), std::exp(-41)),
               float32_rounding);
}

TEST_CASE("by hand: a soft mask weighs the pixels") {
    const cv::Mat image = line({200, 100, 50, 20, 10, 5}, 3);
    check_near(read(grid(row({0.5, 0.1}), Mask::Kind::soft), image), row({100, 50, 25, 2, 1, 0.5}),
               200 * float32_rounding);
    Mask vectors;
    vectors.form = Mask::VectorForm{{1, 0.5}, {0.5, 1, 0}};
    check_near(weights(vectors, {2, 3}), (cv::Mat_<double>(3, 2) << 0.5, 0.25, 1, 0.5, 0, 0), 0);
}

TEST_CASE("by hand: a mask of two Gaussian vectors") {
    // With s = 1/√(2 ln 2), a pixel at distance 1 has ½, and at distance 2, 1/16.
    const double s = 1 / std::sqrt(2 * std::numbers::ln2);
    Mask mask;
    mask.form = Mask::GaussianForm{{1, s}, {0, s}, Mask::GaussianForm::Normalise::peak};
    check_near(weights(mask, {3, 2}), (cv::Mat_<double>(2, 3) << 0.5, 1, 0.5, 0.25, 0.5, 0.25),
               float32_rounding);
    mask.form = Mask::GaussianForm{{1, s}, {0, s}, Mask::GaussianForm::Normalise::sum};
    check_near(weights(mask, {3, 2}),
               (cv::Mat_<double>(2, 3) << 1. / 6, 1. / 3, 1. / 6, 1. / 12, 1. / 6, 1. / 12),
               float32_rounding);
}

TEST_CASE("by hand: a mask's outline is where it has half of its height") {
    Mask soft;
    soft.form = Mask::GaussianForm{{20, 5}, {10, 2}, Mask::GaussianForm::Normalise::peak};
    // exp(-½ z²) ≥ ½ for |z| ≤ 1.17741: 5.887 columns and 2.35 rows on either side.
    const std::vector<Point> border = outline(lower(soft, {41, 21}));
    CHECK(border[0].x == 15);
    CHECK(border[0].y == 8);
    CHECK(border[2].x == 26);
    CHECK(border[2].y == 13);
    Mask box;
    box.form = Mask::BoxForm{{3, 2, 4, 5}};
    CHECK(outline(lower(box, {20, 20}))[2].x == 7);
}

TEST_CASE("by hand: a hard mask and its threshold") {
    const cv::Mat image = line({3, 5, 7, 9});
    Mask mask = grid(row({0.2, 0.5, 0.75, 0.1}), Mask::Kind::hard);
    mask.threshold = 0.5;
    check_near(read(mask, image), row({0, 5, 7, 0}), 0);
    CHECK(support(lower(mask, {4, 1}).map) == Rectangle{1, 0, 2, 1});
    // Activation, upsampling, threshold: 0 ¼ ¾ 1 of the grid 0 1.
    mask.form = Mask::GridForm{row({0, 1})};
    mask.threshold = 0.75;
    check_near(weights(mask, {4, 1}), row({0, 0, 1, 1}), 0);
}

TEST_CASE("by hand: the sum of the weighed pixels is the context vector") {
    Mask mask = grid((cv::Mat_<double>(2, 2) << 0.5, 0.25, 0, 0.25));
    mask.reduce = Mask::Reduce::sum;
    const cv::Mat image =
        (cv::Mat_<cv::Vec2f>(2, 2) << cv::Vec2f(1, 10), cv::Vec2f(2, 20), cv::Vec2f(4, 40), cv::Vec2f(8, 80));
    const Lowered lowered = lower(mask, {2, 2});
    const cv::Mat sum = read_one(CpuBackend(), lowered.map, {whole(lowered.map.image), image}, CV_32F);
    REQUIRE(sum.size() == cv::Size(1, 1));
    CHECK(sum.at<cv::Vec2f>(0, 0) == cv::Vec2f(3, 30));  // ½ + ½ + 2, and ten times that
    const ImageRegion written = CpuBackend().write(lowered.map, (cv::Mat_<float>(1, 1) << 8));
    check_near(written.pixels, (cv::Mat_<double>(2, 2) << 4, 2, 0, 2), 0);
    CHECK(!is_list(mask));
    CHECK(lowered.full_weight == 1);
}

TEST_CASE("by hand: selections") {
    const cv::Mat image = ramp({4, 3});
    Mask mask = grid((cv::Mat_<double>(3, 4) << 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0), Mask::Kind::hard);
    mask.select = Mask::Select::pixels;
    check_near(read(mask, image), (cv::Mat_<double>(2, 1) << 3, 11), 0);
    CHECK(is_list(mask));
    CHECK(!lower(mask, {4, 3}).alpha);
    mask.select = Mask::Select::box;
    const cv::Mat box = read(mask, image);
    check_near(box, (cv::Mat_<double>(2, 3) << 1, 2, 3, 11, 12, 13), 0);
    CHECK(!is_list(mask));
    const cv::Mat alpha = *lower(mask, {4, 3}).alpha;
    check_near(alpha, (cv::Mat_<double>(2, 3) << 0, 0, 1, 1, 0, 0), 0);
    check_near(with_alpha(box, false, alpha, 1).col(0), (cv::Mat_<double>(2, 2) << 1, 0, 11, 1), 0);
}

TEST_CASE("by hand: the share of a glimpse that looks inside") {
    CHECK(inside(lower(crop({-2, 0, 4, 2}), {8, 8})) == 0.5);
    CHECK(inside(lower(crop({-2, 6, 4, 8}), {8, 8})) == 0.125);
    CHECK(inside(lower(crop({1, 1, 4, 4}), {8, 8})) == 1);
    // Samples at -½ ½ 1½ 2½ of three pixels: ½ 1 1 ½.
    CHECK(inside(lower(shifted(-0.5, {4, 1}), {3, 1})) == 0.75);
    CHECK(inside(lower(shifted(50, {4, 1}), {3, 1})) == 0);
    CHECK(inside(lower(grid(row({0, 0, 0.5}), Mask::Kind::soft), {3, 1})) == 1);
    const Gaussian draw{Gaussian::DrawForm{0, 0, 0, -1, 2}, Size{3, 3}, {}};
    CHECK(inside(lower(draw, {30, 30})) == doctest::Approx(1));
}

TEST_CASE("by hand: outlines, in edge coordinates") {
    check_corners(outline(lower(crop({-1, 2, 3, 4}), {8, 8})), {{-1, 2}, {2, 2}, {2, 6}, {-1, 6}});
    check_corners(outline(lower(crop({1, 2, 3, 4}, Size{30, 7}), {8, 8})), {{1, 2}, {4, 2}, {4, 6}, {1, 6}});
    SpatialTransformer turned;
    turned.form = SpatialTransformer::BoxForm{{2, 3, 4, 2}, Units::pixels, 90};
    // About (4, 4): the top-left corner (-2, -1) goes to (1, -2).
    check_corners(outline(lower(turned, {9, 9})), {{5, 2}, {5, 6}, {3, 6}, {3, 2}});
    const Gaussian gaussian{Gaussian::BoxForm{{{1, 2, 6, 4}, Units::pixels}, 0.5}, Size{3, 2}, {}};
    check_corners(outline(lower(gaussian, {9, 9})), {{1, 2}, {7, 2}, {7, 6}, {1, 6}});
    check_corners(outline(lower(grid(row({0, 0.5, 1, 0}), Mask::Kind::soft), {4, 1})),
                  {{1, 0}, {3, 0}, {3, 1}, {1, 1}});
    const Crop indices{Crop::IndexForm{{4, 2}, {1, 4, 7}}, {}, {}, Resampling::bilinear, {}};
    check_corners(outline(lower(indices, {9, 9})), {{0, 5.5}, {9, 5.5}, {9, 1.5}, {0, 1.5}});
}

TEST_CASE("by hand: colours are mixed premultiplied by alpha") {
    const Crop half = crop({0, 0, 2, 1}, Size{1, 1});
    // (100·255 + 40·85) / (255 + 85) = 85, and the alpha between 255 and 85 is 170.
    check_near(read(half, grey_and_alpha({100, 255, 40, 85}), true, CV_8U), row({85, 170}), 0);
    // What is invisible has no colour to give; 127½ goes to the even 128.
    check_near(read(half, grey_and_alpha({200, 255, 90, 0}), true, CV_8U), row({200, 128}), 0);
    check_near(read(half, grey_and_alpha({200, 0, 90, 0}), true, CV_8U), row({0, 0}), 0);
    // Without mixing, the pixels come as they are; and without alpha the last channel is a colour.
    check_near(read(crop({0, 0, 2, 1}), grey_and_alpha({200, 0, 90, 7}), true, CV_8U), row({200, 0, 90, 7}),
               0);
    check_near(read(half, grey_and_alpha({100, 255, 40, 85}), false), row({70, 170}), 0);
}

TEST_CASE("by hand: a constant fill") {
    const cv::Mat image = line({10, 20, 60});
    check_near(read(crop({-1, 0, 3, 1}, {}, Constant{{7}}), image), row({7, 10, 20}), 0);
    // Half of the first sample, and all of the last, lies outside.
    check_near(read(shifted(-0.5, {5, 1}, Constant{{8}}), image), row({9, 15, 40, 34, 8}), 0);
    const cv::Mat colours = line({1, 2, 3}, 3);
    check_near(read(crop({-1, 0, 2, 1}, {}, Constant{{4, 5, 6}}), colours), row({4, 5, 6, 1, 2, 3}), 0);
    check_near(read(crop({-1, 0, 2, 1}, {}, Constant{{9}}), colours), row({9, 9, 9, 1, 2, 3}), 0);
    CHECK_THROWS_AS(read(crop({-1, 0, 2, 1}, {}, Constant{{4, 5}}), colours), Error);
}

TEST_CASE("by hand: a constant fill beside alpha is opaque unless it says otherwise") {
    const cv::Mat image = grey_and_alpha({50, 0});
    check_near(read(crop({-1, 0, 2, 1}, {}, Constant{{9}}), image, true, CV_8U), row({9, 255, 50, 0}), 0);
    check_near(read(crop({-1, 0, 2, 1}, {}, Constant{{9, 30}}), image, true, CV_8U), row({9, 30, 50, 0}), 0);
    // Half of the sample is the invisible pixel, half the opaque fill.
    check_near(read(shifted(-0.5, {1, 1}, Constant{{9}}), image, true, CV_8U), row({9, 128}), 0);
}

TEST_CASE("by hand: a fill with the mean of the image") {
    check_near(read(crop({2, 0, 3, 1}, {}, MeanOfImage{}), line({10, 20, 60})), row({60, 30, 30}), 0);
    check_near(read(crop({-1, 0, 2, 1}, {}, MeanOfImage{}), line({1, 2, 3, 5, 8, 9}, 3)),
               row({3, 5, 6, 1, 2, 3}), 0);
    CHECK(needed(lower(crop({2, 0, 3, 1}, {}, MeanOfImage{}), {3, 1})) == Rectangle{0, 0, 3, 1});
    CHECK(needed(lower(crop({2, 0, 3, 1}, {}, Constant{{0}}), {3, 1})) == Rectangle{2, 0, 1, 1});
}

TEST_CASE("by hand: the mean of an image with alpha is that of its premultiplied colours") {
    // (200·255 + 90·85 + 40·0) / (255 + 85) = 172.5, where the colours alone have a mean of 110; alpha 340/3.
    const cv::Mat image = grey_and_alpha({200, 255, 90, 85, 40, 0});
    check_near(read(crop({2, 0, 3, 1}, {}, MeanOfImage{}), image, true),
               row({40, 0, 172.5, 340.0 / 3, 172.5, 340.0 / 3}), 340 * float32_rounding);
    check_near(read(crop({0, 0, 2, 1}, {}, MeanOfImage{}), grey_and_alpha({7, 0, 9, 0}), true),
               row({7, 0, 9, 0}), 0);
    check_near(read(crop({-1, 0, 2, 1}, {}, MeanOfImage{}), grey_and_alpha({7, 0, 9, 0}), true),
               row({0, 0, 7, 0}), 0);
}

TEST_CASE("the mean of an image is one colour, whether pixels are copied or mixed") {
    for (const int type : {CV_8UC4, CV_16UC4, CV_32FC4, CV_8UC2}) {
        const cv::Mat image = noise({13, 11}, type, 21);
        std::vector<cv::Mat> outside;
        for (const std::optional<Size> size : {std::optional<Size>(), std::optional(Size{5, 5})}) {
            outside.push_back(read(crop({40, 3, 4, 4}, size, MeanOfImage{}), image, true));
        }
        for (const Interpolation interpolation :
             {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
            for (const double angle : {0.0, 30.0}) {
                SpatialTransformer stn;
                stn.form = SpatialTransformer::BoxForm{{40, 3, 4, 4}, Units::pixels, angle};
                stn.interpolation = interpolation;
                stn.fill = MeanOfImage{};
                outside.push_back(read(stn, image, true));
            }
        }
        // float64: the mean of the premultiplied colours over the mean alpha.
        const int channels = image.channels();
        std::vector<double> sums(static_cast<std::size_t>(channels));
        cv::Mat pixels;
        image.reshape(1, 13 * 11).convertTo(pixels, CV_64F);
        for (int n = 0; n < pixels.rows; ++n) {
            const double alpha = pixels.at<double>(n, channels - 1);
            for (int c = 0; c < channels; ++c) {
                sums[static_cast<std::size_t>(c)] += pixels.at<double>(n, c) * (c + 1 < channels ? alpha : 1);
            }
        }
        for (const cv::Mat& glimpse : outside) {
            CHECK(cv::norm(glimpse.reshape(1, 1).colRange(0, channels),
                           outside.front().reshape(1, 1).colRange(0, channels), cv::NORM_INF) == 0);
            for (int c = 0; c < channels; ++c) {
                const double mean =
                    sums[static_cast<std::size_t>(c)] / (c + 1 < channels ? sums.back() : pixels.rows);
                CHECK(glimpse.ptr<float>(0)[c] == doctest::Approx(mean).epsilon(float32_rounding));
            }
        }
    }
}

TEST_CASE("by hand: several glimpses of one region") {
    const cv::Mat image = ramp({6, 5});
    const std::vector<Lowered> maps{lower(crop({2, 1, 2, 1}), {6, 5}), lower(crop({3, 2, 2, 1}), {6, 5}),
                                    lower(crop({3, 2, 9, 1}, {}, Constant{{1}}), {6, 5})};
    const ImageRegion region{{2, 1, 4, 2}, image(cv::Rect(2, 1, 4, 2)).clone()};
    const std::vector<cv::Mat> glimpses = read_glimpses(cpu(), maps, region, CV_32F);
    REQUIRE(glimpses.size() == 3);
    check_near(glimpses[0], row({12, 13}), 0);
    check_near(glimpses[1], row({23, 24}), 0);
    check_near(glimpses[2], row({23, 24, 25, 1, 1, 1, 1, 1, 1}), 0);
}
