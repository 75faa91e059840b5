#include "glimpse/fit.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "backends/cpu.hpp"
#include "fitting/glimpse_model.hpp"
#include "fitting/linearized.hpp"
#include "fitting/residuals.hpp"
#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "glimpse/reading.hpp"
#include "refusals.hpp"

// Fits of every mechanism that has gradients, on an image without noise.

using namespace glimpse;
using fitting::GlimpseModel;
using fitting::Numbers;

namespace {

constexpr int width = 64;
constexpr int height = 48;

/// Waves, so that a glimpse that is a little off lies in the valley of the right one.
ImageRegion waves() {
    cv::Mat pixels(height, width, CV_32FC2);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels.at<cv::Vec2f>(y, x) = {
                static_cast<float>(0.5 + 0.3 * std::sin(0.21 * x + 0.09 * y) + 0.1 * std::cos(0.13 * y)),
                static_cast<float>(0.5 + 0.2 * std::cos(0.12 * x - 0.19 * y) + 0.2 * std::sin(0.07 * x))};
        }
    }
    return {{0, 0, width, height}, pixels};
}

Glimpse glimpse_of(const std::string& entry, const ParameterDefaults& defaults = {}) {
    return parse_parameters(entry, "test", {}, defaults).front();
}

cv::Mat read(const std::string& entry, const ImageRegion& image) {
    return read_glimpse(CpuBackend(), lower(glimpse_of(entry).mechanism, {width, height}), image, CV_32F);
}

/// Of each form whose numbers its glimpse determines, or enough of them: what is free is named.
struct Form {
    const char* name;
    const char* truth;
    const char* start;
    std::vector<std::string> free{};
};

const std::vector<Form>& forms() {
    static const std::vector<Form> all{
        {"box of Gaussians",
         R"({"mechanism":"gaussian","box":[12.3,9.4,31,25],"sigma":[0.6,0.9],"size":[9,7]})",
         R"({"mechanism":"gaussian","box":[11,10.5,33,24],"sigma":[0.5,0.5],"size":[9,7]})"},
        {"fractions",
         R"({"mechanism":"gaussian","box":[0.2,0.2,0.5,0.5],"units":"fraction","size":[9,7]})",
         R"({"mechanism":"gaussian","box":[0.22,0.21,0.47,0.52],"units":"fraction","size":[9,7]})",
         {"box"}},
        {"HART's box", R"({"mechanism":"gaussian","box":[9.4,12.3,25,31],"convention":"hart","size":[9,7]})",
         R"({"mechanism":"gaussian","box":[10,11,26,33],"convention":"hart","size":[9,7]})"},
        {"axes",
         R"({"mechanism":"gaussian","x":{"u":14,"s":2,"d":4},"y":{"u":12,"s":1.5,"d":3},"size":[9,7]})",
         R"({"mechanism":"gaussian","x":{"u":15,"s":3,"d":3.8},"y":{"u":11,"s":2,"d":3.2},"size":[9,7]})"},
        {"DRAW",
         R"({"mechanism":"gaussian","draw":{"gx":-0.1,"gy":0.1,"log_sigma2":0.7,"log_delta":-0.5,"log_gamma":0.1},"size":[8,8]})",
         R"({"mechanism":"gaussian","draw":{"gx":-0.05,"gy":0.07,"log_sigma2":0.5,"log_delta":-0.6,"log_gamma":0},"size":[8,8]})"},
        {"box of samples", R"({"mechanism":"stn","box":[12.3,9.4,31,25],"angle":7,"size":[9,7]})",
         R"({"mechanism":"stn","box":[11.5,10,32,24],"size":[9,7]})"},
        {"theta", R"({"mechanism":"stn","theta":[[0.5,0.1,0.1],[-0.1,0.45,0.05]],"size":[9,7]})",
         R"({"mechanism":"stn","theta":[[0.52,0.05,0.06],[-0.06,0.5,0.1]],"size":[9,7]})"},
        {"theta with corners",
         R"({"mechanism":"stn","theta":[[0.5,0.1,0.1],[-0.1,0.45,0.05]],"convention":"torch-corners","size":[9,7]})",
         R"({"mechanism":"stn","theta":[[0.52,0.05,0.06],[-0.06,0.5,0.1]],"convention":"torch-corners","size":[9,7]})"},
        {"scale and shift", R"({"mechanism":"stn","scale":[0.5,0.4],"shift":[0.1,-0.1],"size":[9,7]})",
         R"({"mechanism":"stn","scale":[0.45,0.45],"size":[9,7]})"},
        {"cubic samples",
         R"({"mechanism":"stn","box":[12.3,9.4,31,25],"interpolation":"bicubic","size":[9,7]})",
         R"({"mechanism":"stn","box":[11.5,10,32,24],"interpolation":"bicubic","size":[9,7]})"},
        {"quadrilateral", R"({"mechanism":"stn","quad":[[10,8],[45,10],[43,38],[12,35]],"size":[9,7]})",
         R"({"mechanism":"stn","quad":[[11,8],[44,9],[42,37],[11,36]],"size":[9,7]})"},
        {"log-polar", R"({"mechanism":"stn","log_polar":{"centre":[31,22],"radius":[3,18]},"size":[12,8]})",
         R"({"mechanism":"stn","log_polar":{"centre":[30,23],"radius":[3.4,17]},"size":[12,8]})"},
        {"thin plate",
         R"({"mechanism":"stn","thin_plate":{"from":[[0,0],[8,0],[0,6],[8,6]],"to":[[10,8],[45,10],[12,35],[43,38]]},"size":[9,7]})",
         R"({"mechanism":"stn","thin_plate":{"from":[[0,0],[8,0],[0,6],[8,6]],"to":[[11,8],[44,9],[11,36],[42,37]]},"size":[9,7]})",
         {"to"}},
        {"filter",
         R"({"mechanism":"filter","kernel":[[0.1,0.2,0],[0,0.5,-0.1],[0.1,0,0.2]]})",
         R"({"mechanism":"filter","kernel":[[0,0,0],[0,1,-0.1],[0.1,0,0.2]]})",
         {"kernel/0", "kernel/1/1"}},
    };
    return all;
}

/// float32's rounding of a glimpse of 0 to 1, and of the image.
constexpr double of_float32 = 3e-6;

}  // namespace

TEST_CASE("the numbers of every form are found again") {
    const ImageRegion image = waves();
    for (const Form& form : forms()) {
        CAPTURE(form.name);
        const cv::Mat target = read(form.truth, image);
        const Glimpse start = glimpse_of(form.start);
        const Fit found = fit(start, {image, target}, {.free = form.free});
        CHECK(found.has_converged);
        CHECK(found.rms < of_float32);
        CHECK(found.rms < found.rms_at_start);
        const cv::Mat again = read(found.entry, image);
        CHECK(cv::norm(again, target, cv::NORM_INF) < 10 * of_float32);
    }
}

TEST_CASE("the slopes of every form are how its glimpse changes, by the names of its entry") {
    const ImageRegion image = waves();
    for (const Form& form : forms()) {
        CAPTURE(form.name);
        const Glimpse glimpse = glimpse_of(form.truth);
        const GlimpseModel model(glimpse, image, 1, {});
        std::vector<std::size_t> all(model.pointers().size());
        for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
        const auto slopes = model.slopes(model.start(), all, std::nullopt);
        REQUIRE(!slopes.empty());
        for (const std::size_t k : all) {
            CAPTURE(model.pointers()[k]);
            // So that the glimpse changes by some thousandths, and float32 by little of that.
            const double step = 0.002 / std::max(1e-3, cv::norm(slopes[k], cv::NORM_INF));
            Numbers before = model.start();
            Numbers after = model.start();
            before[k] -= step;
            after[k] += step;
            const cv::Mat difference = (model.read(after) - model.read(before)) / (2 * step);
            // Samples have kinks, which a step passes: most of the pixels tell.
            const double off = cv::norm(difference, slopes[k], cv::NORM_L2);
            CHECK(off < 0.05 * cv::norm(slopes[k], cv::NORM_L2) + 1e-3);
        }
    }
}

TEST_CASE("numbers that equal their defaults are among those that are fitted") {
    const ImageRegion image = waves();
    const auto pointers = [&](const char* entry) {
        return GlimpseModel(glimpse_of(entry), image, 1, {}).pointers();
    };
    using Pointers = std::vector<std::string>;
    CHECK(pointers(R"({"mechanism":"gaussian","box":[1,2,30,40],"size":[3,3]})") ==
          Pointers{"/box/0", "/box/1", "/box/2", "/box/3", "/sigma"});
    CHECK(pointers(R"({"mechanism":"stn","box":[1,2,30,40],"size":[3,3]})") ==
          Pointers{"/box/0", "/box/1", "/box/2", "/box/3", "/angle"});
    CHECK(pointers(R"({"mechanism":"stn","shift":[0.1,0],"size":[3,3]})") ==
          Pointers{"/scale/0", "/scale/1", "/shift/0", "/shift/1"});
}

TEST_CASE("the blur that comes first leaves a match a match") {
    const ImageRegion image = waves();
    const Form& form = forms().front();
    const cv::Mat target = read(form.truth, image);
    const Fit found = fit(glimpse_of(form.start), {image, target}, {.coarse_to_fine = true});
    CHECK(found.blurs == std::vector<double>{7.0 / 8, 0});
    CHECK(found.rms < of_float32);
    const GlimpseModel model(glimpse_of(form.truth), image, 1, {});
    for (const double residual : fitting::Residuals(model, target, {}, 2).at(model.start()))
        CHECK(std::abs(residual) < of_float32);
}

TEST_CASE("the slopes of a ramp are its own, by the plane through displaced samples, too") {
    cv::Mat ramp(height, width, CV_32F);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) ramp.at<float>(y, x) = static_cast<float>(3 * x - 2 * y);
    }
    const ImageRegion image{{0, 0, width, height}, ramp};
    const Glimpse inside = glimpse_of(R"({"mechanism":"stn","box":[16,14,30,20],"angle":10,"size":[6,5]})");
    const Lowered sampled = fitting::as_samples(inside.mechanism, {width, height});
    const fitting::ImageSlopes slopes = fitting::linearized_slopes(sampled, image, 4, 2);
    // float32 of values up to 200, over displacements of about a pixel.
    CHECK(cv::norm(slopes.x, cv::Mat(slopes.x.size(), CV_32F, 3.0F), cv::NORM_INF) < 1e-3);
    CHECK(cv::norm(slopes.y, cv::Mat(slopes.y.size(), CV_32F, -2.0F), cv::NORM_INF) < 1e-3);
    const fitting::ImageSlopes again = fitting::linearized_slopes(sampled, image, 4, 2);
    CHECK(cv::norm(slopes.x, again.x, cv::NORM_INF) == 0);
}

TEST_CASE("crops are found by the score function, and straight through the crop's window") {
    ImageRegion image = waves();
    image.pixels.convertTo(image.pixels, CV_8U, 255);
    const cv::Mat target = image.pixels({20, 14, 16, 16}).clone();
    const Glimpse start = glimpse_of(R"({"mechanism":"crop","box":[17,17,16,16]})");
    for (const auto estimator : {Estimator::score, Estimator::straight_through}) {
        const Fit found =
            fit(start, {image, target}, {.estimator = estimator, .free = {"box/0", "box/1"}, .seed = 5});
        CAPTURE(found.entry);
        CHECK(found.rms == 0);
        CHECK(std::abs(found.parameters[0].value - 20) <= 0.5);
        CHECK(std::abs(found.parameters[1].value - 14) <= 0.5);
        CHECK(!found.parameters[0].standard_error);
        CHECK(found.without_errors == "windows of whole pixels have no derivative");
    }
}

TEST_CASE("what is held stays, and a bound is kept") {
    const ImageRegion image = waves();
    const Form& form = forms().front();
    const cv::Mat target = read(form.truth, image);
    const Fit found = fit(glimpse_of(form.start), {image, target},
                          {.free = {"box"}, .held = {"box/3"}, .upper = {{"box/0", 11.5}}});
    CHECK(found.parameters[3].value == 24);
    CHECK(!found.parameters[3].is_free);
    CHECK(!found.parameters[4].is_free);
    CHECK(found.parameters[0].value == 11.5);
    CHECK(found.parameters[0].is_at_bound);
    CHECK(!found.parameters[0].standard_error);
    CHECK(found.parameters[1].standard_error);
}

TEST_CASE("what a target does not determine is named") {
    // A glimpse one pixel wide samples at x + width/2.
    const ImageRegion image = waves();
    const std::string column = R"({"mechanism":"stn","box":[12.3,9.4,8,25],"size":[1,9]})";
    const Fit found = fit(glimpse_of(column), {image, read(column, image)}, {.free = {"box"}});
    CHECK(found.undetermined == std::vector<std::string>{"box/0", "box/2"});
    CHECK(!found.parameters[0].standard_error);
    CHECK(found.parameters[1].standard_error);
}

TEST_CASE("the start, the target and the options are refused where no fit can be") {
    const ImageRegion image = waves();
    const Form& form = forms().front();
    const cv::Mat target = read(form.truth, image);
    const auto refused = [&](const std::string& start, const cv::Mat& patch, const FitOptions& options) {
        return refusal<Error>([&] { fit(glimpse_of(start), {image, patch}, options); });
    };
    CHECK(holds(refused(form.start, cv::Mat(7, 9, CV_32F, 0.5F), {}),
                "the target has 1 channels, and the image 2"));
    CHECK(holds(refused(form.start, cv::Mat(7, 65, CV_32FC2), {}), "is larger than the image"));
    CHECK(holds(refused(form.start, cv::Mat(7, 9, CV_32FC2, cv::Scalar(0.5, 0.1)), {}),
                "there is no unique answer"));
    CHECK(holds(refused(form.start, target(cv::Rect(0, 0, 8, 7)), {}),
                "the glimpse has 9×7 pixels, and the target 8×7"));
    CHECK(holds(
        refused(R"({"mechanism":"gaussian","x":{"u":900,"s":1,"d":1},"y":{"u":1,"s":1,"d":1},"size":[9,7]})",
                target, {}),
        "the glimpse sees nothing of the image"));
    CHECK(holds(refused(form.start, target, {.free = {"sigam"}}), "; did you mean sigma?"));
    CHECK(holds(refused(form.start, target, {.held = {"box", "sigma"}}), "nothing is left to be fitted"));
    CHECK(holds(refused(form.start, target, {.lower = {{"box", 1}}}),
                "a bound is of one number, and 4 have that name"));
    CHECK(holds(refused(form.start, target, {.lower = {{"box/0", 11.5}}}), "here it is 11 < 11.5"));
    CHECK(holds(refused(form.start, target, {.estimator = Estimator::score}),
                "the score function is of crops"));
    CHECK(holds(refused(form.start, target, {.estimator = Estimator::linearized}), "as transformers do"));
    CHECK(holds(refused(R"({"mechanism":"crop","box":[1,1,9,7]})", target, {}), "a crop has whole pixels"));
    CHECK(holds(refused(R"({"mechanism":"crop","box":[0.1,0.1,0.2,0.2],"units":"fraction","size":[9,7]})",
                        target, {.estimator = Estimator::score}),
                "score moves boxes in pixels"));
    CHECK(
        holds(refused(form.start, target, {.lower = {{"box/0", 10}, {"box/0", 9}}}), "that number has two"));
    CHECK(holds(refused(form.start, target, {.lower = {{"box/0", 11}}, .upper = {{"box/0", 11}}}),
                "both bounds are the same; hold the number"));
    CHECK(holds(refused(form.start, target, {.free = {""}}), "a name is empty"));
    CHECK(holds(refused(form.start, target, {.loss = RobustLoss::tukey, .loss_scale = 1e-6}),
                "the loss looks past all residuals at the start"));
    CHECK(holds(refused(form.start, target, {.loss = RobustLoss::tukey, .loss_scale = 1e-300}),
                "a number from 1e-6 to 1e6 is needed"));
    const ImageRegion flat{image.region,
                           cv::Mat(image.pixels.size(), image.pixels.type(), cv::Scalar(0.4, 0.7))};
    CHECK(holds(refusal<Error>([&] {
                    fit(glimpse_of(form.start), {flat, target}, {});
                }),
                "or one colour alone"));
    CHECK(holds(refused(form.start, target, {.estimator = Estimator::score, .optimiser = Optimiser::lm}),
                "optimiser lm: is for pathwise and linearized gradients"));
    CHECK(holds(refused(form.start, target, {.rate = 1}), "rate: is that of gd and adam"));
    CHECK(holds(refused(form.start, target, {.steps = 0}), "steps 0: at least one step is needed"));
    CHECK(holds(refused(form.start, target, {.optimiser = Optimiser::gd, .rate = 1e7}),
                "the optimiser diverges in step 1"));
}
