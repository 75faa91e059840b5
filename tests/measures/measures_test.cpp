#include "glimpse/measures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "refusals.hpp"

// What tells mechanisms apart, by hand and by the transfer functions that are known.

using namespace glimpse;
using doctest::Approx;

namespace {

constexpr Size image_size{64, 64};
constexpr double rounding = 1e-6;  ///< of weights, which are float32

Glimpse glimpse_of(const std::string& entry) {
    return parse_parameters(entry, "test", {}, {}).front();
}

Lowered lowered_of(const std::string& entry) {
    return lower(glimpse_of(entry).mechanism, image_size);
}

/// Points in the middle between pixels, along both axes: four weights of ¼ each.
const std::string halfway = R"({"mechanism":"stn","box":[8,8,32,32],"size":[16,16]})";

template <typename Value>
ImageRegion image_of(Value&& value) {
    cv::Mat pixels(image_size.height, image_size.width, CV_32F);
    for (int y = 0; y < pixels.rows; ++y) {
        for (int x = 0; x < pixels.cols; ++x) pixels.at<float>(y, x) = static_cast<float>(value(x, y));
    }
    return {whole(image_size), pixels};
}

ImageRegion waves() {
    return image_of([](int x, int y) {
        return 0.5 + 0.3 * std::sin(0.21 * x + 0.09 * y) + 0.15 * std::cos(0.17 * y - 0.05 * x);
    });
}

/// A wave of the cosine transform: k half periods across the image.
double cosine(int k, int x) {
    return std::cos(std::numbers::pi * k * (x + 0.5) / image_size.width);
}

}  // namespace

TEST_CASE("a transformer on the pixel grid lets every wave through, and halfway between as cosines do") {
    const Lowered pixels = lowered_of(R"({"mechanism":"stn","box":[10,8,16,12],"size":[16,12]})");
    const Lowered between = lowered_of(halfway);
    for (const double f : {0.0, 0.1, 0.3, 0.5}) {
        CHECK(gain_at(pixels.map, 3, 5, {f, 0.2}) == Approx(1).epsilon(rounding));
        const double across = std::cos(std::numbers::pi * f);
        CHECK(gain_at(between.map, 3, 5, {f, 0}) == Approx(across * across).epsilon(rounding));
    }
}

TEST_CASE("a Gaussian lets exp(-ω²σ²) of a wave's energy through") {
    const Lowered gaussian =
        lowered_of(R"({"mechanism":"gaussian","box":[0,0,64,64],"size":[16,16],"sigma":0.75})");
    constexpr double sigma = 3;  // 0.75 of a stride of 4
    for (const double f : {0.0, 0.02, 0.05, 0.1}) {
        const double omega = 2 * std::numbers::pi * f;
        // What is cut off at six standard deviations is 1e-8, and so may the difference be.
        CHECK(std::abs(gain_at(gaussian.map, 8, 8, {0, f}) - std::exp(-omega * omega * sigma * sigma)) <
              1e-7);
    }
}

TEST_CASE("the mean gain above Nyquist is that of the known transfer on the transform's frequencies") {
    double sum = 0;
    int count = 0;
    constexpr int side = 512;
    for (int y = -side / 2 + 1; y <= side / 2; ++y) {
        for (int x = -side / 2 + 1; x <= side / 2; ++x) {
            if (std::max(std::abs(x), std::abs(y)) * 4 <= side) continue;  // f ≤ 1/4 of a stride of 2
            const double across = std::cos(std::numbers::pi * x / side);
            const double down = std::cos(std::numbers::pi * y / side);
            sum += across * across * down * down;
            ++count;
        }
    }
    CHECK(mean_gain_above(lowered_of(halfway)) == Approx(sum / count).epsilon(rounding));
}

TEST_CASE("a glimpse that is no coarser than the image has nothing above its Nyquist frequency") {
    const Lowered pixels = lowered_of(R"({"mechanism":"stn","box":[10,8,16,12],"size":[16,12]})");
    CHECK(holds(refusal<Error>([&] { mean_gain_above(pixels); }), "no coarser than the image"));
}

TEST_CASE("what is above a frequency is the waves of the cosine transform that are") {
    const auto wave = [](int k) { return image_of([k](int x, int) { return cosine(k, x); }).pixels; };
    // f = k/128, and of a stride of 2 those beyond 1/4 are kept.
    CHECK(cv::norm(above_frequency(wave(32), {2, 2}), cv::NORM_INF) < rounding);
    CHECK(cv::norm(above_frequency(wave(33), {2, 2}), wave(33), cv::NORM_INF) < rounding);
    CHECK(cv::norm(above_frequency(wave(0), {2, 2}), cv::NORM_INF) < rounding);
}

TEST_CASE("of a wave above Nyquist that energy is let through which the transfer says") {
    const ImageRegion wave = image_of([](int x, int) { return 0.5 + 0.25 * cosine(48, x); });
    // Sampled halfway between pixels: cos²(π 48/128). Both have a mean square of ½ of the amplitude's.
    const double across = std::cos(std::numbers::pi * 48 / 128);
    const Lowered lowered = lowered_of(R"({"mechanism":"stn","box":[0,0,64,64],"size":[32,32]})");
    CHECK(energy_through(lowered, wave) == Approx(across * across).epsilon(1e-5));
    const ImageRegion grey = image_of([](int, int) { return 0.5; });
    CHECK(holds(refusal<Error>([&] { energy_through(lowered, grey); }), "nothing above"));
    ImageRegion broken = grey;
    broken.pixels = grey.pixels.clone();
    broken.pixels.at<float>(9, 9) = std::numeric_limits<float>::quiet_NaN();
    CHECK(holds(refusal<Error>([&] { energy_through(lowered, broken); }), "NaN or infinite"));
    const Lowered turned = lowered_of(R"({"mechanism":"stn","box":[8,8,32,32],"angle":30,"size":[16,16]})");
    CHECK(holds(refusal<Error>([&] { energy_through(turned, wave); }), "turned"));
}

TEST_CASE("the derivative of a bilinear sample sees as far as its four pixels") {
    const std::vector<GradientReach> reaches = gradient_reaches(glimpse_of(halfway).mechanism, image_size);
    REQUIRE(reaches.size() == 5);
    for (const GradientReach& reach : reaches) CHECK(*reach.pixels == Approx(std::sqrt(0.5)));
}

TEST_CASE("the derivative of a Gaussian sees twice as far with twice the σ") {
    // Of glimpse pixels in the middle of a large image, but for whole pixels.
    const Mechanism middle =
        glimpse_of(R"({"mechanism":"gaussian","box":[300,300,40,40],"size":[3,3],"sigma":0.3})").mechanism;
    const Mechanism wide =
        glimpse_of(R"({"mechanism":"gaussian","box":[300,300,40,40],"size":[3,3],"sigma":0.6})").mechanism;
    const double once = *gradient_reaches(middle, {640, 640}).front().pixels;
    const double twice = *gradient_reaches(wide, {640, 640}).front().pixels;
    CHECK(twice / once == Approx(2).epsilon(0.03));
    // ∂a/∂u ~ z exp(-½ z²): 99 % of |z| exp(-½ (z² + t²)) lie within 3.2 σ.
    CHECK(once / 4 == Approx(3.2).epsilon(0.05));
}

TEST_CASE("singular values, rank and condition of matrices by hand") {
    const JacobianFacts facts = jacobian_facts((cv::Mat_<double>(3, 2) << 3, 0, 0, 4, 0, 0), {"a", "b"});
    CHECK(facts.singular_values == std::vector<double>{4, 3});
    CHECK(facts.rank == 2);
    CHECK(*facts.condition == Approx(4.0 / 3));
    CHECK(*facts.independent[0] == Approx(1));
    const JacobianFacts alike = jacobian_facts((cv::Mat_<double>(2, 2) << 1, 2, 1, 2), {"a", "b"});
    CHECK(alike.rank == 1);
    CHECK(!alike.condition);
    CHECK(*alike.independent[1] == Approx(0));
}

TEST_CASE("with fewer values than numbers each column is a sum of the others") {
    const cv::Mat_<double> jacobian = (cv::Mat_<double>(2, 3) << 1, 0, 1, 0, 1, 1);
    const JacobianFacts facts = jacobian_facts(jacobian, {"a", "b", "c"});
    CHECK(facts.rank == 2);
    for (const auto& share : facts.independent) CHECK(*share == Approx(0).scale(1));
}

TEST_CASE("what an area as wide as its stride lets through of white noise is no zero of it") {
    // Of one axis the share of Σ a² = 1/64 that is beyond 1/128 cycles, 0.2263 of it: what remains of the
    // integral of sinc² from -½ to ½, 0.7737.
    const Glimpse area =
        glimpse_of(R"({"mechanism":"crop","box":[0,0,64,64],"size":[1,1],"interpolation":"area"})");
    const Lowered lowered = lower(area.mechanism, {64, 64});
    const double below = 0.7737 / 64;
    const double all = 1.0 / 64;
    const double cut = 1.0 / 64;  // of the frequencies of an axis those that are not above
    const double expected = (all * all - below * below) / (1 - cut * cut);
    constexpr double of_frequencies = 0.05;  // 8 of the transform's to the cut
    CHECK(mean_gain_above(lowered) == Approx(expected).epsilon(of_frequencies));
}

TEST_CASE("a column's share outside the others is 1 - R², whatever its length") {
    const auto shares = independent_shares((cv::Mat_<double>(2, 2) << 1, 1000, 0, 1000));
    CHECK(*shares[0] == Approx(0.5));
    CHECK(*shares[1] == Approx(0.5));
    const auto with_none = independent_shares((cv::Mat_<double>(2, 2) << 1, 0, 1, 0));
    CHECK(*with_none[0] == Approx(1));
    CHECK(!with_none[1]);
}

TEST_CASE("on a ramp along x a transformer's glimpse determines three of its five numbers") {
    // ∂g/∂p is 1 of x, (j + ½)/w of the width, and goes with the row of the angle; y and height change
    // nothing.
    const ImageRegion ramp = image_of([](int x, int) { return x / 64.0; });
    const JacobianFacts facts = jacobian_facts(glimpse_of(halfway), ramp);
    CHECK(facts.parameters == std::vector<std::string>{"box/0", "box/1", "box/2", "box/3", "angle"});
    CHECK(facts.rank == 3);
    CHECK(!facts.condition);
    CHECK(!facts.independent[1]);
    CHECK(!facts.independent[3]);
    // Of (j + ½)/16 what is no constant: its variance over its mean square, (16² - 1)/12 over that + 64.
    constexpr double variance = (16.0 * 16 - 1) / 12;
    CHECK(*facts.independent[2] == Approx(variance / (variance + 64)).epsilon(1e-4));
}

TEST_CASE("a crop has no Jacobian, no reach and no basin, and says why") {
    const Glimpse crop = glimpse_of(R"({"mechanism":"crop","box":[8,8,32,32],"size":[16,16]})");
    const ImageRegion image = waves();
    CHECK(!refusal<Error>([&] { jacobian_facts(crop, image); }).empty());
    CHECK(!refusal<Error>([&] { gradient_reaches(crop.mechanism, image_size); }).empty());
    CHECK(!refusal<Error>([&] { basin(crop, image, {}); }).empty());
}

TEST_CASE("starts that are hardly displaced come home, of every form, and each time alike") {
    const ImageRegion image = waves();
    for (
        const char* entry :
        {R"({"mechanism":"gaussian","box":[16,14,24,26],"size":[12,12]})",
         R"({"mechanism":"stn","box":[16,14,24,26],"size":[12,12],"antialias":true})",
         R"({"mechanism":"gaussian","draw":{"gx":-0.1,"gy":0.1,"log_sigma2":0.7,"log_delta":-1.2,"log_gamma":0},"size":[12,12]})"}) {
        CAPTURE(entry);
        const Glimpse glimpse = glimpse_of(entry);
        const Basin found = basin(glimpse, image, {.grid = 3, .displacement = 0.05});
        CHECK(found.home == 1);
        CHECK(found.ends == std::vector<BasinEnd>(9, BasinEnd::home));
        CHECK(basin(glimpse, image, {.grid = 3, .displacement = 0.05}).ends == found.ends);
    }
}

TEST_CASE("starts outside of the image diverge, and those at home are there, wherever the others end") {
    const Glimpse glimpse = glimpse_of(R"({"mechanism":"gaussian","box":[16,14,24,26],"size":[12,12]})");
    const Basin found = basin(glimpse, waves(), {.grid = 3, .displacement = 40});
    CHECK(found.free == std::vector<std::string>{"box/0", "box/1", "box/2", "box/3"});
    for (std::size_t k = 0; k < found.ends.size(); ++k)
        CHECK(found.ends[k] == (k == 4 ? BasinEnd::home : BasinEnd::diverged));
    CHECK(found.home == Approx(1.0 / 9));
}

TEST_CASE("starts that are a period away converge there, which is elsewhere") {
    constexpr double turn = 2 * std::numbers::pi / 16;
    const ImageRegion periodic = image_of([](int x, int y) {
        return 0.5 + 0.2 * std::cos(turn * x) + 0.1 * std::sin(turn * y) + 0.1 * std::sin(turn * (x + y));
    });
    const Glimpse glimpse = glimpse_of(R"({"mechanism":"gaussian","box":[20,20,24,24],"size":[12,12]})");
    const Basin found = basin(glimpse, periodic, {.grid = 3, .displacement = 16.0 / 24});
    for (std::size_t k = 0; k < found.ends.size(); ++k)
        CHECK(found.ends[k] == (k == 4 ? BasinEnd::home : BasinEnd::elsewhere));
}

TEST_CASE("what keeps all starts from being fitted is told") {
    const Glimpse glimpse = glimpse_of(R"({"mechanism":"gaussian","box":[16,14,24,26],"size":[12,12]})");
    const ImageRegion grey = image_of([](int, int) { return 0.5; });
    CHECK(!refusal<Error>([&] { basin(glimpse, grey, {}); }).empty());
    CHECK(holds(refusal([&] { basin(glimpse, waves(), {.grid = 0}); }), "1 to 64"));
    CHECK(holds(refusal([&] { basin(glimpse, waves(), {.displacement = 0}); }), "> 0"));
}

TEST_CASE("the common mechanisms of a box are those, and lie in the image") {
    std::vector<std::string> ids;
    for (const Glimpse& glimpse : common_mechanisms({8, 8, 32, 32}, {16, 16}, image_size)) {
        ids.push_back(glimpse.id);
        CHECK(lower(glimpse.mechanism, image_size).map.glimpse == Size{16, 16});
    }
    CHECK(ids == std::vector<std::string>{"crop-area", "crop", "stn", "stn-antialias", "gaussian-half",
                                          "gaussian-one", "draw"});
    CHECK(!refusal<Error>([] { common_mechanisms({80, 8, 32, 32}, {16, 16}, image_size); }).empty());
}
