#include "glimpse/conversion.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

#include "conversion/fitting.hpp"
#include "conversion/matrix_distance.hpp"
#include "glimpse/error.hpp"
#include "refusals.hpp"

using namespace glimpse;
using Json = nlohmann::json;

namespace {

constexpr Size image{37, 29};
/// Of float64, after some operations on numbers up to 100.
constexpr double rounding = 1e-10;

Glimpse glimpse_of(const std::string& entry) {
    return parse_parameters(entry, "a.json", "/", {}).front();
}

Conversion converted(const Glimpse& glimpse, const std::string& target, std::optional<Size> size = image) {
    return convert(glimpse, {.target = target, .image_size = size});
}

/// Where an entry looks.
SamplingPoints points_of(const std::string& entry) {
    return conversion::sight_of(glimpse_of(entry).mechanism, conversion::KnownImage(image)).points;
}

double farthest(const std::string& one, const std::string& other, Size size) {
    return conversion::distance(points_of(one), points_of(other), size).greatest;
}

template <typename Function>
std::string reason(Function function) {
    try {
        function();
    } catch (const InvalidOption& error) {
        return std::string("option ") + error.what();
    } catch (const UsageError&) {
        return "a usage error, which ends a run";
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

double random(std::mt19937& engine, double least, double most) {
    return std::uniform_real_distribution(least, most)(engine);
}

std::string numbers(const Json& json) {
    return json.dump();
}

}  // namespace

TEST_CASE("whatever affine form goes to another one and back, its points stay") {
    std::mt19937 engine(5);
    const Size size{7, 5};
    const std::vector<std::string> forms{"torch",       "torch-corners", "sonnet", "matrix",
                                         "kornia-warp", "opencv-warp",   "quad",   "projective"};
    for (int k = 0; k < 20; ++k) {
        const auto row = [&](double a, double b) {
            return Json{random(engine, a - 1, a + 1), random(engine, b - 1, b + 1), random(engine, 5, 20)};
        };
        const std::string given =
            R"({"mechanism": "stn", "size": [7, 5], "matrix": )" + numbers(Json{row(3, 0), row(0, 3)}) + "}";
        for (const std::string& first : forms) {
            const Conversion there = converted(glimpse_of(given), first);
            CAPTURE(there.entry);
            CHECK(there.deviation.is_exact);
            for (const std::string& second : forms) {
                const Conversion back = converted(glimpse_of(there.entry), second);
                CHECK(back.deviation.is_exact);
                CHECK(farthest(back.entry, given, size) < rounding);
            }
        }
    }
}

TEST_CASE("a box that is turned comes back from its matrix, by any angle") {
    std::mt19937 engine(6);
    for (int k = 0; k < 200; ++k) {
        const double angle = k < 8 ? 45 * k - 135 : random(engine, -180, 180);
        const Json box{random(engine, 0, 9), random(engine, 0, 9), random(engine, 1, 20),
                       random(engine, 1, 20)};
        const std::string given = R"({"mechanism": "stn", "size": [4, 6], "box": )" + numbers(box) +
                                  R"(, "angle": )" + numbers(angle) + "}";
        const Conversion there = converted(glimpse_of(given), "matrix");
        const Conversion back = converted(glimpse_of(there.entry), "xywh");
        CAPTURE(back.entry);
        CHECK(back.deviation.is_exact);
        const Json made = Json::parse(back.entry);
        for (std::size_t n = 0; n < 4; ++n)
            CHECK(std::abs(made["box"][n].get<double>() - box[n].get<double>()) < rounding);
        CHECK(std::abs(std::remainder(made.value("angle", 0.0) - angle, 360.0)) < rounding);
    }
}

TEST_CASE("one row or column, of which theta tells no step, has one where a form needs it") {
    const std::string theta =
        R"({"mechanism": "stn", "theta": [[0.4, 0.2, -0.1], [-0.1, 0.3, 0.2]], "size": )";
    for (const char* const size : {"[1, 5]", "[5, 1]", "[1, 1]"}) {
        for (const char* const target : {"quad", "kornia-warp", "projective", "matrix", "xyxy"}) {
            const Conversion made = converted(glimpse_of(theta + size + "}"), target);
            CAPTURE(made.entry);
            CHECK(made.deviation.is_exact);
        }
    }
}

TEST_CASE("quarter turns come back as whole numbers") {
    for (const int angle : {90, -90, 180}) {
        const std::string given = R"({"mechanism": "stn", "size": [4, 6], "box": [3, 4, 8, 6], "angle": )" +
                                  std::to_string(angle) + "}";
        const Conversion there = converted(glimpse_of(given), "torch");
        const Json back = Json::parse(converted(glimpse_of(there.entry), "xywh").entry);
        CHECK(std::abs(back["angle"].get<double>()) == std::abs(angle));
    }
}

TEST_CASE("Gaussians keep their six numbers through every form that has them") {
    std::mt19937 engine(7);
    for (int k = 0; k < 20; ++k) {
        const double s = random(engine, 0.5, 3);
        const double d = random(engine, 0.5, 4);
        const auto axis = [&](double of_s, double of_d) {
            return Json{{"u", random(engine, 0, 20)}, {"s", of_s}, {"d", of_d}};
        };
        // DRAW has one of each.
        const std::string alike = R"({"mechanism": "gaussian", "size": [5, 4], "x": )" + numbers(axis(s, d)) +
                                  R"(, "y": )" + numbers(axis(s, d)) + "}";
        const std::string other = R"({"mechanism": "gaussian", "size": [5, 4], "x": )" + numbers(axis(s, d)) +
                                  R"(, "y": )" + numbers(axis(2 * s, 0.7 * d)) + "}";
        const auto axes = [](const std::string& entry) {
            const auto gaussian = std::get<Gaussian>(glimpse_of(entry).mechanism);
            return glimpse::axes(gaussian, image, {5, 4});
        };
        const auto check = [&](const std::string& given, const std::string& target) {
            const Conversion there = converted(glimpse_of(given), target);
            CAPTURE(there.entry);
            CHECK(there.deviation.is_exact);
            const auto a = axes(given);
            const auto b = axes(converted(glimpse_of(there.entry), "axes").entry);
            for (const auto& [x, y] : {std::pair(a.x, b.x), {a.y, b.y}}) {
                CHECK(std::abs(x.u - y.u) < rounding);
                CHECK(std::abs(x.s - y.s) < rounding);
                CHECK(std::abs(x.d - y.d) < rounding);
            }
        };
        for (const char* const target : {"draw", "draw-ericjang", "post", "hart", "xywh"})
            check(alike, target);
        for (const char* const target : {"post", "hart", "xyxy", "cxcywh"}) check(other, target);
    }
}

TEST_CASE("Gaussians of a turned box are turned in what can be, and are no upright ones elsewhere") {
    const std::string turned =
        R"({"mechanism": "gaussian", "box": [5, 4, 20, 15], "size": [7, 5], "angle": 33, "padding": 200})";
    const Conversion box = converted(glimpse_of(turned), "stn");
    const Json stn = Json::parse(box.entry);
    CHECK(stn["angle"] == 33);
    CHECK(stn["padding"] == 200);
    CHECK(farthest(turned, box.entry, {7, 5}) < rounding);
    CHECK_FALSE(box.deviation.is_exact);  // its kernel is another
    const Conversion upright = converted(glimpse_of(turned), "axes");
    CHECK_FALSE(upright.deviation.is_exact);
    CHECK(upright.deviation.greatest.value() > 5);
    CHECK(upright.deviation.greatest.value() == doctest::Approx(farthest(turned, upright.entry, {7, 5})));
    CHECK(holds(upright.stand_in, "upright Gaussians"));
    CHECK(Json::parse(upright.entry)["padding"] == 200);
    const Conversion code = converted(glimpse_of(turned), "draw-ericjang");
    REQUIRE_FALSE(code.losses.empty());
    CHECK(holds(code.losses.front(), "its padding"));
    // And the way there.
    const std::string leaning =
        R"({"mechanism": "stn", "box": [5, 4, 20, 15], "size": [7, 5], "angle": 33, "padding": "border"})";
    const Conversion gaussian = converted(glimpse_of(leaning), "gaussian");
    CHECK(farthest(leaning, gaussian.entry, {7, 5}) < rounding);
    CHECK(Json::parse(gaussian.entry)["angle"] == doctest::Approx(33));
    CHECK(Json::parse(gaussian.entry)["padding"] == "border");
}

TEST_CASE("what rounding takes to other pixels is not exact, and what it gives another size fails") {
    const auto crop = [](const std::string& box) { return glimpse_of(R"({"box": )" + box + "}"); };
    const auto in_fractions = [&](const std::string& box) {
        return reason([&] {
            convert(crop(box), {.target = "xyxy", .units = "fraction", .image_size = Size{640, 427}});
        });
    };
    // 40.5/640 + 14/640 less 40.5/640 is a little less than 14/640, and 54.5 rounds up.
    CHECK(holds(in_fractions("[40.5, 122.3, 14, 4.5]"), "its size, 14×5, is rounded from its box"));
    CHECK(holds(reason([&] {
                    converted(crop("[18.5, 15.5, 5.5, 15.3]"), "cxcywh", Size{97, 61});
                }),
                "comes back as 5×16"));
    CHECK_FALSE(converted(crop("[18.5, 15.5, 5.5, 15.3]"), "cxcywh", std::nullopt).deviation.is_exact);
    const Glimpse quarter =
        glimpse_of(R"({"box": [0.341, 0.452, 0.068, 0.142], "units": "fraction", "size": [4, 4]})");
    const Conversion moved =
        convert(quarter, {.target = "cxcywh", .units = "fraction", .image_size = Size{500, 376}});
    CHECK_FALSE(moved.deviation.is_exact);
    CHECK(moved.deviation.matrices.value() > 0.1);
    CHECK(converted(crop("[18.25, 15.25, 5.5, 15.25]"), "cxcywh").deviation.is_exact);
}

TEST_CASE("what DRAW's codes come to by hand is found again") {
    // u = 2.25 and d = 1.125 are g̃ = 0 and δ̃ = ½ of 10×10 pixels and 5×5 Gaussians; by ericjang u = 2.125.
    const auto draw = [](double u, const char* target) {
        const std::string axis = R"({"u": )" + numbers(u) + R"(, "s": 1, "d": 1.125})";
        const std::string given =
            R"({"mechanism": "gaussian", "size": [5, 5], "x": )" + axis + R"(, "y": )" + axis + "}";
        return Json::parse(converted(glimpse_of(given), target, Size{10, 10}).entry)["draw"];
    };
    for (const auto& [u, target] :
         {std::pair(2.25, "draw"), {2.125, "draw-ericjang"}, {1.625, "draw-jbornschein"}}) {
        const Json made = draw(u, target);
        CHECK(std::abs(made["gx"].get<double>()) < rounding);
        CHECK(std::abs(made["gy"].get<double>()) < rounding);
        CHECK(made["log_delta"].get<double>() == doctest::Approx(std::log(0.5)));
    }
    CHECK(draw(2.25, "draw")["log_sigma2"] == 0.0);
    CHECK(draw(2.25, "draw-ericjang")["log_sigma2"].get<double>() == doctest::Approx(-0.5 * std::log(2)));
}

TEST_CASE("the nearest upright box of a turned one by hand") {
    // Turned by 60° about (6, 5): steps of 2 pixels along x become 2 cos 60°, and the middle stays.
    const Conversion made = converted(
        glimpse_of(R"({"mechanism": "stn", "size": [4, 3], "box": [2, 2, 8, 6], "angle": 60})"), "roi-align");
    const Json box = Json::parse(made.entry)["box"];
    const std::array<double, 4> expected{4, 3.5, 8, 6.5};
    for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(box[k].get<double>() - expected[k]) < rounding);
    // What is left of a pixel (j, i) about the middle: (-√3 i, √3 j).
    const double squares = 3 * (15.0 / 12 + 8.0 / 12);
    CHECK(std::abs(*made.deviation.rms - std::sqrt(squares)) < rounding);
    CHECK(std::abs(*made.deviation.greatest - std::sqrt(3 * (1.5 * 1.5 + 1))) < rounding);
}

TEST_CASE("the distance of matrices, by hand, whatever kind of map they are") {
    const auto map = [](const std::string& entry, Size size) {
        return lower(glimpse_of(entry).mechanism, size).map;
    };
    const LinearMap window = map(R"({"box": [1, 1, 2, 2]})", {5, 5});
    CHECK(conversion::relative_distance(window, window, 100) == 0.0);
    // Moved by a column, no weight stays: ‖A - B‖² = 8, ‖A‖² = 4.
    const LinearMap moved = map(R"({"box": [2, 1, 2, 2]})", {5, 5});
    CHECK(*conversion::relative_distance(window, moved, 100) == doctest::Approx(std::sqrt(2)));
    // By half a column, each weight is in two halves: ¼ + ¼ for each of four.
    const std::string half = R"({"mechanism": "stn", "size": [2, 2], "matrix": [[1, 0, 1.5], [0, 1, 1]]})";
    CHECK(*conversion::relative_distance(window, map(half, {5, 5}), 100) == doctest::Approx(std::sqrt(0.5)));
    // Turned by 90° about the middle of the window, two of four pixels stay: as samples, the same.
    const std::string turned = R"({"mechanism": "stn", "size": [2, 2], "matrix": [[0, 1, 1], [1, 0, 1]]})";
    CHECK(*conversion::relative_distance(window, map(turned, {5, 5}), 100) == doctest::Approx(1));
    CHECK(*conversion::relative_distance(map(turned, {5, 5}), window, 100) == doctest::Approx(1));
    CHECK(!conversion::relative_distance(window, map(turned, {5, 5}), 3));
    CHECK(!conversion::relative_distance(window, window, 1));
    const LinearMap outside = map(R"({"box": [9, 9, 2, 2], "padding": 0})", {5, 5});
    CHECK(conversion::relative_distance(outside, outside, 100) == 0.0);
    CHECK(!conversion::relative_distance(outside, window, 100));
}

TEST_CASE("what lies behind the viewer is left out of a fit, and counted") {
    const Glimpse glimpse = glimpse_of(
        R"({"mechanism": "stn", "size": [8, 4], "projective": [[1, 0, 2], [0, 1, 3], [-0.2, 0, 1]]})");
    const Conversion made = converted(glimpse, "matrix");
    CHECK(made.deviation.unplaced == 3 * 4);
    CHECK(!made.deviation.is_exact);
    CHECK(reason([&] { converted(glimpse, "quad"); }).find("behind the viewer") != std::string::npos);
}

TEST_CASE("what has a glimpse of the image, and would have none any more, fails") {
    // Wide Gaussians see the image from a place where a box has nothing of it.
    const std::string outside =
        R"({"mechanism": "gaussian", "size": [3, 3], "x": {"u": -9, "s": 4, "d": 1}, "y": {"u": 3, "s": 4, "d": 1}})";
    CHECK(reason([&] {
              converted(glimpse_of(outside), "xywh");
          }).starts_with("what it comes to has no glimpse of this image: the box [-9"));
    CHECK(converted(glimpse_of(outside), "post").deviation.is_exact);
    // And the other way around: a matrix may lie anywhere.
    const Conversion made =
        converted(glimpse_of(R"({"mechanism": "stn", "box": [90, 90, 9, 9], "size": [3, 3]})"), "matrix");
    CHECK(!made.deviation.is_exact);
    CHECK(made.deviation.not_computed.starts_with("it has no glimpse of this image: the box [90"));
}

TEST_CASE("what has no place in a target says so") {
    const auto why = [](const std::string& entry, const std::string& target) {
        return reason([&] { converted(glimpse_of(entry), target); });
    };
    const std::string flipped = R"({"mechanism": "stn", "size": [3, 3], "matrix": [[-1, 0, 9], [0, 1, 2]]})";
    CHECK(why(flipped, "crop").starts_with("it is mirrored"));
    CHECK(why(flipped, "cxcywh").starts_with("it is mirrored"));
    CHECK(why(flipped, "draw").starts_with("DRAW's stride is > 0"));
    CHECK(Json::parse(converted(glimpse_of(flipped), "axes").entry)["x"]["d"] == -1.0);
    const std::string flat = R"({"mechanism": "stn", "size": [3, 3], "matrix": [[1, 0, 9], [2, 0, 2]]})";
    CHECK(why(flat, "opencv-warp").find("no inverse") != std::string::npos);
    // What only shows when it is read fails as the entry's own fault does.
    CHECK(why(flat, "quad").starts_with("what it comes to: /quad: three of its corners lie in a line"));
    CHECK(why(R"({"mechanism": "gaussian", "box": [1, 2, 3, 4], "size": [1, 4]})", "hart-box")
              .starts_with("HART divides the box by the number of its Gaussians less one, and of 1×4"));
    CHECK(why(R"({"mechanism": "mask", "grid": [[1]]})", "xyxy") == "the weights of this mask are no box's");
    CHECK(why(R"({"box": [1, 2, 99, 4]})", "mask").find("reaches beyond it") != std::string::npos);
    CHECK(why(R"({"box": [1, 2, 3, 4]})", "theta").find("is none of crop") != std::string::npos);
    CHECK(reason([] { convert(glimpse_of(R"({"box": [1, 2, 3, 4]})"), {.units = "percent"}); }) ==
          "option units: 'percent' is none of pixels, fraction, normalised");
}

TEST_CASE("every target has a word of its own, and every convention is one") {
    std::set<std::string_view> words;
    for (const ConversionTarget& target : conversion_targets()) {
        CHECK(words.insert(target.word).second);
        CHECK(!target.meaning.empty());
    }
    for (const std::string_view convention : conventions()) {
        // Many targets of a tracker have the same window.
        const bool is_window = convention == "pysot" || convention == "siamfc";
        CHECK(words.contains(convention) == !is_window);
    }
}

TEST_CASE("a document of entries is read as these") {
    const Glimpse glimpse = glimpse_of(R"({"id": "a", "box": [1, 2, 3, 4], "score": 0.5})");
    const std::vector<std::string> entries{converted(glimpse, "stn").entry};
    const ParameterDocument read =
        parse_parameters(converted_document(entries, AlphaChannel::last), "b.json", "/", {});
    CHECK(read.alpha == AlphaChannel::last);
    CHECK(read.front().id == "a");
    CHECK(read.front().score.value() == 0.5);
    CHECK(name(read.front().mechanism) == "stn");
}
