#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "refusals.hpp"

// Numbers that other systems write otherwise. What the originals compute of them is in tests/conventions.

using namespace glimpse;

namespace {

ParameterDocument parse(std::string_view text, const ParameterDefaults& defaults = {}) {
    return parse_parameters(text, "a.json", {}, defaults);
}

std::string message(std::string_view text, const ParameterDefaults& defaults = {}) {
    return refusal([&] { parse(text, defaults); });
}

ParameterDefaults by_caller(const std::string& convention) {
    return {.size = std::nullopt, .convention = convention};
}

OrientedBox box_of(const std::string& members, const ParameterDefaults& defaults = {}) {
    const ParameterDocument document = parse("{" + members + "}", defaults);
    return std::get<Crop::BoxForm>(std::get<Crop>(document.front().mechanism).form);
}

std::array<double, 4> numbers(const Box& box) {
    return {box.x, box.y, box.width, box.height};
}

SpatialTransformer transformer(const std::string& members, const ParameterDefaults& defaults = {}) {
    return std::get<SpatialTransformer>(
        parse(R"({"mechanism": "stn", )" + members + "}", defaults).front().mechanism);
}

using Rows = std::array<std::array<double, 3>, 2>;

Rows theta_of(const std::string& members) {
    return std::get<SpatialTransformer::ThetaForm>(transformer(members).form).theta;
}

Gaussian::AxesForm axes_of(const std::string& members) {
    const ParameterDocument document = parse(R"({"mechanism": "gaussian", "size": [3, 3], )" + members + "}");
    return std::get<Gaussian::AxesForm>(std::get<Gaussian>(document.front().mechanism).form);
}

}  // namespace

TEST_CASE("a box in every order and unit is the same box") {
    const std::array<double, 4> expected{10, 20, 30, 8};
    CHECK(numbers(box_of(R"("box": [10, 20, 30, 8])").box) == expected);
    CHECK(numbers(box_of(R"("box": [10, 20, 30, 8], "convention": "xywh")").box) == expected);
    CHECK(numbers(box_of(R"("box": [10, 20, 40, 28], "convention": "xyxy")").box) == expected);
    CHECK(numbers(box_of(R"("box": [20, 10, 28, 40], "convention": "yxyx")").box) == expected);
    CHECK(numbers(box_of(R"("box": [25, 24, 30, 8], "convention": "cxcywh")").box) == expected);
    const OrientedBox fraction =
        box_of(R"("box": [0.5, 0.25, 1, 0.75], "convention": "xyxy", "units": "fraction")");
    CHECK(fraction.units == Units::fraction);
    CHECK(numbers(fraction.box) == std::array{0.5, 0.25, 0.5, 0.5});
    const OrientedBox normalised =
        box_of(R"("box": [-0.5, 0, 0, 1], "convention": "yxyx", "units": "normalised")");
    CHECK(normalised.units == Units::fraction);
    CHECK(numbers(normalised.box) == std::array{0.5, 0.25, 0.5, 0.25});
    CHECK(message(R"({"box": [10, 20, 10, 28], "convention": "xyxy"})") ==
          "a.json: /box: the second corner lies right of and below the first, and (10, 28) does not of (10, "
          "20)");
    CHECK(message(R"({"box": [1, 2, 3, -1], "convention": "cxcywh"})").starts_with("a.json: /box: "));
    CHECK(
        message(R"({"box": [1, 2, 3, 4], "convention": "xyyx"})") ==
        R"(a.json: /convention: one of "xywh", "xyxy", "yxyx", "cxcywh", "pysot", "siamfc", "tf-crop-and-resize", "roi-align", "roi-align-unaligned", "roi-align-rotated", "roi-align-rotated-mmcv" is needed, not "xyyx"; )"
        R"(did you mean "xyxy"?)");
}

TEST_CASE("a convention of the document or of the caller counts where an entry takes it") {
    const std::string both =
        R"({"size": [4, 4], "glimpses": [{"box": [1, 2, 4, 8]}, {"mechanism": "stn", "theta": [[1, 0, 0], [0, 1, 0]]},
            {"box": [1, 2, 3, 4], "convention": "xywh"}]})";
    const auto first = [](const ParameterDocument& document) {
        return numbers(std::get<Crop::BoxForm>(std::get<Crop>(document.front().mechanism).form).box);
    };
    const ParameterDocument by_option = parse(both, by_caller("xyxy"));
    CHECK(first(by_option) == std::array{1.0, 2.0, 3.0, 6.0});
    CHECK(by_option.uses_convention);
    CHECK(!std::get<SpatialTransformer>(by_option[1].mechanism).align_corners);
    CHECK(numbers(std::get<Crop::BoxForm>(std::get<Crop>(by_option[2].mechanism).form).box) ==
          std::array{1.0, 2.0, 3.0, 4.0});
    const ParameterDocument corners = parse(both, by_caller("torch-corners"));
    CHECK(first(corners) == std::array{1.0, 2.0, 4.0, 8.0});
    CHECK(std::get<SpatialTransformer>(corners[1].mechanism).align_corners);
    std::string inherited = both;
    inherited.insert(1, R"("convention": "cxcywh", )");
    CHECK(first(parse(inherited, by_caller("xyxy"))) == std::array{-1.0, -2.0, 4.0, 8.0});
    CHECK_FALSE(parse(R"({"box": [1, 2, 4, 8]})", by_caller("sonnet")).uses_convention);
    CHECK(
        message(
            R"({"convention": "xyxy", "glimpses": [{"mechanism": "stn", "size": [2, 2], "scale": [1, 1]}]})") ==
        R"(a.json: /convention: unused: no glimpse takes "convention" from here)");
    CHECK(message(R"({"mechanism": "stn", "size": [2, 2], "scale": [1, 1], "convention": "torch"})") ==
          R"(a.json: /convention: "convention" is not used together with "scale" and "shift")");
}

TEST_CASE("theta of torch without and with aligned corners, and of Sonnet") {
    const std::string theta = R"("theta": [[1, 2, 3], [4, 5, 6]], "size": [4, 3])";
    CHECK_FALSE(transformer(theta + R"(, "convention": "torch")").align_corners);
    CHECK(transformer(theta + R"(, "convention": "torch-corners")").align_corners);
    CHECK(transformer(theta + R"(, "convention": "sonnet")").align_corners);
    CHECK(theta_of(theta + R"(, "convention": "sonnet")") == Rows{{{1, 2, 3}, {4, 5, 6}}});
    CHECK(theta_of(R"("theta": [0.5, 0.25, 2, -1], "size": [4, 3], "convention": "sonnet")") ==
          Rows{{{0.5, 0, 0.25}, {0, 2, -1}}});
    // tf.linspace(-1, 1, 1) is -1, where torch has 0.
    CHECK(theta_of(R"("theta": [0.5, 0.25, 2, -1], "size": [1, 3], "convention": "sonnet")") ==
          Rows{{{0.5, 0, -0.25}, {0, 2, -1}}});
    CHECK(theta_of(R"("theta": [[1, 2, 3], [4, 5, 6]], "size": [1, 1], "convention": "sonnet")") ==
          Rows{{{1, 2, 0}, {4, 5, -3}}});
    CHECK(message(R"({"mechanism": "stn", "theta": [1, 0, 1, 0], "size": [2, 2]})") != "");
    CHECK(
        message(R"({"mechanism": "stn", )" + theta + R"(, "convention": "sonnet", "align_corners": true})") ==
        "a.json: /align_corners: the convention says it; leave out one of the two");
    // Nor does a document's default say otherwise.
    const ParameterDocument document = parse(R"({"align_corners": true, "glimpses": [{"mechanism": "stn", )" +
                                             theta + R"(, "convention": "torch"}]})");
    CHECK_FALSE(std::get<SpatialTransformer>(document.front().mechanism).align_corners);
}

TEST_CASE("a matrix from image to glimpse is inverted") {
    for (const char* convention : {"kornia-warp", "opencv-warp"}) {
        const std::string end = std::string(R"(, "size": [2, 2], "convention": ")") + convention + "\"";
        const auto matrix = std::get<SpatialTransformer::MatrixForm>(
            transformer(R"("matrix": [[2, 0, 6], [0, 4, -8]])" + end).form);
        CHECK(matrix.matrix.m == Rows{{{0.5, 0, -3}, {0, 0.25, 2}}});
        CHECK(message(R"({"mechanism": "stn", "matrix": [[1, 2, 0], [2, 4, 0]])" + end + "}") ==
              "a.json: /matrix: a matrix from image to glimpse is inverted, and this one has no inverse");
        CHECK(
            message(R"({"mechanism": "stn", "projective": [[1, 2, 0], [2, 4, 0], [0, 0, 1]])" + end + "}") ==
            "a.json: /projective: a matrix from image to glimpse is inverted, and this one has no inverse");
        const SpatialTransformer projective =
            transformer(R"("projective": [[2, 0, 6], [0, 4, -8], [0, 0, 2]])" + end);
        const auto& warp =
            std::get<ProjectiveWarp>(*std::get<SpatialTransformer::WarpForm>(projective.form).warp);
        CHECK(warp.matrix ==
              std::array<std::array<double, 3>, 3>{{{0.5, 0, -1.5}, {0, 0.25, 1}, {0, 0, 0.5}}});
    }
}

TEST_CASE("six numbers of Gaussian attention in the essay's order, and in HART's") {
    const auto check = [](const Gaussian::AxesForm& axes) {
        CHECK(axes.x.u == 1);
        CHECK(axes.x.s == 2);
        CHECK(axes.x.d == 3);
        CHECK(axes.y.u == 4);
        CHECK(axes.y.s == 5);
        CHECK(axes.y.d == 6);
    };
    check(axes_of(R"("axes": [4, 5, 6, 1, 2, 3], "convention": "post")"));
    check(axes_of(R"("axes": [4, 1, 5, 2, 6, 3], "convention": "hart")"));
    CHECK(
        message(R"({"mechanism": "gaussian", "size": [3, 3], "axes": [4, 5, 6, 1, 2], "convention": "post"})")
            .starts_with("a.json: /axes: "));
    CHECK(message(R"({"mechanism": "gaussian", "size": [3, 3], "axes": [4, 5, 6, 1, 2, 3]})") != "");
}

TEST_CASE("whose code DRAW's numbers and HART's boxes are for is kept, and written") {
    const auto gaussian = [](const std::string& members) {
        return std::get<Gaussian>(
            parse(R"({"mechanism": "gaussian", "size": [3, 2], )" + members + "}").front().mechanism);
    };
    const Gaussian jang = gaussian(R"("draw": [1, 2, 3, 4, 5], "convention": "draw-ericjang")");
    CHECK(jang.code == Gaussian::Code::ericjang);
    CHECK(std::get<Gaussian::DrawForm>(jang.form).log_sigma2 == 3);
    CHECK(std::get<Gaussian::DrawForm>(jang.form).log_delta == 4);
    const Gaussian bornschein = gaussian(R"("draw": [1, 2, 3, 4, 5], "convention": "draw-jbornschein")");
    CHECK(bornschein.code == Gaussian::Code::jbornschein);
    const auto& draw = std::get<Gaussian::DrawForm>(bornschein.form);
    CHECK(std::array{draw.gx, draw.gy, draw.log_sigma2, draw.log_delta, draw.log_gamma} ==
          std::array{2.0, 1.0, 4.0, 3.0, 5.0});
    const Gaussian hart = gaussian(R"("box": [1, 2, 3, 4], "convention": "hart")");
    CHECK(hart.code == Gaussian::Code::hart);
    CHECK(numbers(std::get<Gaussian::BoxForm>(hart.form).box) == std::array{2.0, 1.0, 4.0, 3.0});
    CHECK(gaussian(R"("box": [1, 2, 3, 4])").code == Gaussian::Code::own);
    // The numbers of docs/mathematics.md.
    const auto first = [](const Gaussian& of, Size size) { return axes(of, {10, 10}, size); };
    const std::string centred = R"("draw": [0, 0, 0, -0.69314718055994531, 0], "convention": )";
    const auto by_jang = first(gaussian(centred + R"("draw-ericjang")"), {5, 5});
    CHECK(by_jang.x.u == doctest::Approx(2.125));
    CHECK(by_jang.x.s == doctest::Approx(std::sqrt(2)));
    const std::string rows_first = R"("draw": [0, 0, -0.69314718055994531, 0, 0], "convention": )";
    const auto by_bornschein = first(gaussian(rows_first + R"("draw-jbornschein")"), {5, 5});
    CHECK(by_bornschein.y.u == doctest::Approx(1.625));
    CHECK(by_bornschein.y.d == doctest::Approx(1.125));
    const auto by_hart = first(gaussian(R"("box": [1, 2, 6, 4], "convention": "hart")"), {3, 4});
    CHECK(std::array{by_hart.x.u, by_hart.y.u, by_hart.x.d, by_hart.y.d} == std::array{2.0, 1.0, 2.0, 2.0});
    CHECK(by_hart.x.s == doctest::Approx(0.6667));
    CHECK(by_hart.y.s == doctest::Approx(0.750025));
    const std::string start = R"({"mechanism": "gaussian", )";
    CHECK(
        message(
            start +
            R"("size": [3, 3], "draw": [1, 2, 3, 4, 5], "convention": "draw-ericjang", "normalise": "safe"})") ==
        "a.json: /normalise: the convention says what each row is divided by; leave out one of the two");
    CHECK(message(start + R"("size": [3, 3], "box": [1, 2, 3, 4], "convention": "hart", "sigma": 2})") ==
          "a.json: /sigma: the convention says how wide the Gaussians are; leave out one of the two");
    CHECK(message(start + R"("size": [3, 1], "box": [1, 2, 3, 4], "convention": "hart"})") ==
          "a.json: /size: HART divides the box by the number of its Gaussians less one: a size of 2 and more "
          "in "
          "each direction is needed, not 3×1");
}

TEST_CASE("crops as TensorFlow and Detectron sample them are kept as they are written") {
    const auto crop = [](const std::string& members) {
        return std::get<Crop>(
            parse(R"({"mechanism": "crop", "size": [3, 2], )" + members + "}").front().mechanism);
    };
    const auto sampled = [&](const std::string& members) {
        return std::get<Crop::SampledForm>(crop(members).form);
    };
    const Crop::SampledForm resized =
        sampled(R"("box": [0.1, 0.2, 0.5, 0.75], "convention": "tf-crop-and-resize")");
    CHECK(resized.rule == crop_form::SamplingRule::crop_and_resize);
    CHECK(std::array{resized.first.x, resized.first.y, resized.second.x, resized.second.y} ==
          std::array{0.2, 0.1, 0.75, 0.5});
    const Crop::SampledForm pooled =
        sampled(R"("box": [1, 2, 5, 7], "convention": "roi-align", "samples": 3)");
    CHECK(std::array{pooled.first.x, pooled.first.y, pooled.second.x, pooled.second.y} ==
          std::array{1.0, 2.0, 5.0, 7.0});
    CHECK(pooled.samples == 3);
    const Crop::SampledForm flipped =
        sampled(R"("box": [0.5, 0.2, 0.1, 0.75], "convention": "tf-crop-and-resize")");
    CHECK(std::array{flipped.first.x, flipped.first.y, flipped.second.x, flipped.second.y} ==
          std::array{0.2, 0.5, 0.75, 0.1});
    CHECK(sampled(R"("box": [1, 2, 5, 7], "convention": "roi-align-unaligned")").samples == 0);
    const auto offset = std::get<Crop::OffsetForm>(
        crop(R"("offset": [1, 2], "convention": "tf-glimpse-1", "normalised": false)").form);
    CHECK(std::array{offset.offset.x, offset.offset.y} == std::array{2.0, 1.0});
    CHECK(offset.version == 1);
    CHECK(offset.centred);
    CHECK_FALSE(offset.normalised);
    const auto refused = [](const std::string& members) { return message("{" + members + "}"); };
    CHECK(refused(R"("box": [1, 2, 5, 7], "convention": "roi-align")") ==
          "a.json: /size: a box that is sampled needs a size [width, height]");
    CHECK(refused(R"("mechanism": "crop", "offset": [0, 0], "size": [2, 2])") ==
          R"(a.json: an offset is put where tf-glimpse-1 or tf-glimpse-2 puts it: give its "convention")");
    CHECK(refused(R"("box": [5, 2, 1, 7], "convention": "roi-align", "size": [2, 2])") ==
          "a.json: /box: the second corner lies right of and below the first; mirrored boxes are not read");
    CHECK(refused(R"("box": [1, 2, 5, 7], "size": [2, 2], "samples": 2)") ==
          "a.json: /samples: samples are those of roi-align, in all its conventions");
    for (const char* box : {R"("box": [0, 1, 0.5, 1], "convention": "tf-crop-and-resize")",
                            R"("box": [0, 0, 0, 0], "convention": "roi-align")",
                            R"("box": [5, 2, 1, 2], "convention": "roi-align-unaligned")"})
        CHECK_NOTHROW(sampled(box));
    CHECK(
        refused(R"("box": [0, 0, 1, 1], "size": [2, 2], "samples": 2, "convention": "tf-crop-and-resize")") ==
        "a.json: /samples: crop_and_resize takes one sample a pixel: leave it out");
    CHECK(
        refused(
            R"("box": [0, 0, 1, 1], "size": [2, 2], "units": "fraction", "convention": "tf-crop-and-resize")") ==
        "a.json: /units: the convention says what the box is measured in: leave it out");
    CHECK(refused(R"("box": [0, 0, 1, 1], "size": [2, 2], "padding": "border", "convention": "roi-align")") ==
          "a.json: /padding: what lies outside is a number here, or the mean: no border, and no reflection");
    CHECK(
        refused(
            R"("box": [0, 0, 1, 1], "size": [2, 2], "interpolation": "nearest", "convention": "roi-align")") ==
        "a.json: /interpolation: roi-align is bilinear");
}

TEST_CASE("turned boxes of detectron2 are in degrees, and of mmcv in radians, either way") {
    const auto turned = [](const std::string& members) {
        const auto document = parse(R"({"mechanism": "crop", "size": [3, 2], )" + members + "}");
        return std::get<Crop::TurnedForm>(std::get<Crop>(document.front().mechanism).form);
    };
    const Crop::TurnedForm degrees =
        turned(R"("box": [5, 6, 7, 8, 30], "convention": "roi-align-rotated", "samples": 2)");
    CHECK(std::array{degrees.centre.x, degrees.centre.y, degrees.width, degrees.height, degrees.angle} ==
          std::array{5.0, 6.0, 7.0, 8.0, 30.0});
    CHECK(degrees.samples == 2);
    constexpr double rounding = 1e-12;  // of a product
    const std::string quarter = R"("box": [5, 6, 7, 8, 1.5707963267948966], "convention": )"
                                R"("roi-align-rotated-mmcv")";
    CHECK(std::abs(turned(quarter).angle - 90) < rounding);
    CHECK(turned(quarter).samples == 0);
    CHECK(std::abs(turned(quarter + R"(, "clockwise": false)").angle - 90) < rounding);
    CHECK(std::abs(turned(quarter + R"(, "clockwise": true)").angle + 90) < rounding);
    const auto refused = [](const std::string& members) {
        return message(R"({"size": [2, 2], "convention": "roi-align-rotated", )" + members + "}");
    };
    CHECK(refused(R"("box": [1, 2, 5, 7])").starts_with("a.json: /box: "));
    CHECK(refused(R"("box": [1, 2, -5, 7, 0])").starts_with("a.json: /box: "));
    CHECK(refused(R"("box": [1, 2, 5, 7, 0], "clockwise": true)") ==
          "a.json: /clockwise: only roi-align-rotated-mmcv may be turned either way: leave it out");
    CHECK(refused(R"("box": [1, 2, 5, 7, 0], "padding": "border")").starts_with("a.json: /padding: "));
    CHECK(refused(R"("box": [1, 2, 5, 7, 0], "interpolation": "nearest")") ==
          "a.json: /interpolation: roi-align is bilinear");
}

TEST_CASE("no window is made of a tracker's window") {
    ParameterDefaults defaults;
    defaults.makes_windows = true;
    CHECK_THROWS_WITH_AS(
        parse_parameters(R"({"box": [1, 2, 3, 4], "convention": "siamfc"})", "a.json", {}, defaults),
        "a.json: /box: its convention makes a tracker's window of it, and so would adjustment.tracker: "
        "leave one of both out",
        UsageError);
    CHECK(parse_parameters(R"({"box": [1, 2, 3, 4]})", "a.json", {}, defaults).size() == 1);
}
