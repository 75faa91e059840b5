#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "filters.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "mechanisms/border.hpp"
#include "refusals.hpp"

// What mechanisms make of parameters at the edge of what they take.

using namespace glimpse;

TEST_CASE("a safe Gaussian is finite at every distance") {
    for (double u = -30; u > -45; u -= 0.1) {
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{{u, 1, 1}, {0, 1, 1}};
        gaussian.size = {1, 1};
        gaussian.normalise = Gaussian::Normalise::safe;
        const Lowered lowered = lower(gaussian, {9, 9});
        CHECK(inside(lowered) == 1);
        CHECK(cv::checkRange(row_sums(lowered.map)));
    }
}

namespace {

/// Float64 formulas, stored as float32.
constexpr double float32_rounding = 1e-7;

std::vector<float> safe_row(double u, double s, int size) {
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{{u, s, 0}, {0, 1, 0}};
    gaussian.size = {1, 1};
    gaussian.normalise = Gaussian::Normalise::safe;
    const Lowered lowered = lower(gaussian, {size, 1});
    const auto [first, weights] = std::get<Separable>(lowered.map.kind).columns.row(0);
    std::vector<float> row(static_cast<std::size_t>(size));
    std::ranges::copy(weights, row.begin() + first);
    return row;
}

}  // namespace

TEST_CASE("a safe Gaussian far outside is a geometric series of e^(-c/s²)") {
    // (k + c)² - c² = 2ck + k², whose second term is nothing beside the first.
    for (const double c : {1e9, 1e12, 1e16, 1e20, 1e300}) {
        CAPTURE(c);
        const std::vector<float> row = safe_row(-c, std::sqrt(c), 40);
        for (int k = 0; k < 8; ++k) {
            const double expected = std::exp(-k) * (1 - std::exp(-1));
            CHECK(std::abs(row[static_cast<std::size_t>(k)] - expected) <= float32_rounding);
        }
    }
}

TEST_CASE("a safe Gaussian halfway between two pixels takes both, however narrow") {
    for (const double s : {1e-320, 1e-30, 0.01})
        CHECK(safe_row(1.5, s, 4) == std::vector<float>{0, 0.5, 0.5, 0});
    CHECK(safe_row(1.5, 1e300, 4) == std::vector<float>{0.25, 0.25, 0.25, 0.25});
    CHECK(safe_row(-1e300, 1e-300, 4) == std::vector<float>{1, 0, 0, 0});
}

namespace {

/// A box as every mechanism takes it, none with a padding.
std::vector<Mechanism> all_with_box(const Box& box, std::optional<Size> size = {}) {
    Crop crop;
    crop.form = Crop::BoxForm{box};
    crop.size = size;
    Mask mask;
    mask.form = Mask::BoxForm{box};
    Gaussian gaussian;
    gaussian.form = Gaussian::BoxForm{{box}};
    gaussian.size = size;
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{box};
    transformer.size = size;
    Retina retina;
    retina.form = Retina::BoxForm{box};
    retina.size = size;
    retina.window = 0;
    return {crop, mask, gaussian, transformer, retina};
}

}  // namespace

TEST_CASE("a box that overlaps the image by less than half a pixel is taken by every mechanism") {
    // On each side, by 0.4 of a pixel; rounded, it lies outside.
    for (const Box& box :
         {Box{-9.6, 2, 10, 3}, Box{19.6, 2, 10, 3}, Box{2, -9.6, 3, 10}, Box{2, 14.6, 3, 10}}) {
        for (const Mechanism& mechanism : all_with_box(box)) {
            CAPTURE(name(mechanism));
            const Lowered lowered = lower(mechanism, {20, 15});
            const bool rounds = name(mechanism) == Crop::name || name(mechanism) == Mask::name ||
                                name(mechanism) == Retina::name;
            if (rounds) CHECK(support(lowered.map).empty());
            if (name(mechanism) == Crop::name) CHECK(inside(lowered) == 0);
        }
    }
}

TEST_CASE("a box wholly outside the image is its padding, and an error without one") {
    const Size image{20, 15};
    for (const Box& box : {Box{25, 2, 4, 3}, Box{-9, 2, 4, 3}, Box{2, 16, 4, 3}, Box{-7e6, -7e6, 4, 3}}) {
        for (const std::optional<Size> size : {std::optional<Size>(), std::optional(Size{3, 5})}) {
            for (Mechanism mechanism : all_with_box(box, size)) {
                CAPTURE(name(mechanism));
                CHECK_THROWS_WITH(lower(mechanism, image),
                                  doctest::Contains("lies wholly outside the image of 20×15"));
                std::visit(
                    [&](auto& one) {
                        if constexpr (requires { one.padding; }) {
                            one.padding = Padding::zeros;
                            CHECK(support(lower(one, image).map).empty());
                            CHECK(lower(one, image).map.glimpse == size.value_or(Size{4, 3}));
                            one.padding = Padding::border;
                            CHECK(!support(lower(one, image).map).empty());
                            one.padding = Padding::reflection;
                            CHECK(!support(lower(one, image).map).empty());
                            one.padding.reset();
                        }
                        if constexpr (requires { one.fill; }) {
                            one.fill = Constant{{7}};
                            CHECK(inside(lower(one, image)) == 0);
                            one.fill = MeanOfImage{};
                            CHECK(needed(lower(one, image)) == whole(image));
                        }
                    },
                    mechanism);
            }
        }
    }
}

TEST_CASE("a padded box so far away that its edges saturate is refused, rather than cut to a line") {
    Crop crop;
    crop.padding = Padding::border;
    for (const Box& box : {Box{1e9, 0, 5, 5}, Box{0, -1e300, 5, 5}}) {
        crop.form = Crop::BoxForm{box};
        CHECK_THROWS_WITH(lower(crop, {20, 15}), doctest::Contains("less than 2^29 pixels away"));
    }
}

TEST_CASE("what lies inside is inside by exactly 1") {
    const Size image{200, 150};
    for (const double length : {7.0, 33.3, 101.7}) {
        const Box box{20.3, 30.7, length, 0.7 * length};
        for (const Size size : {Size{5, 4}, Size{64, 48}, Size{333, 111}}) {
            for (Mechanism mechanism : all_with_box(box, size)) {
                CAPTURE(name(mechanism));
                CHECK(inside(lower(mechanism, image)) == 1);
                auto* transformer = std::get_if<SpatialTransformer>(&mechanism);
                if (!transformer) continue;
                for (const auto interpolation : {Interpolation::nearest, Interpolation::bicubic}) {
                    transformer->interpolation = interpolation;
                    CHECK(inside(lower(mechanism, image)) == 1);
                }
                std::get<SpatialTransformer::BoxForm>(transformer->form).angle = 13.7;
                for (const auto interpolation :
                     {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
                    transformer->interpolation = interpolation;
                    CHECK(inside(lower(mechanism, image)) == 1);
                }
            }
        }
    }
    Gaussian draw;
    draw.form = Gaussian::DrawForm{0, 0, -6, -1, 3};
    draw.size = {12, 12};
    CHECK(inside(lower(draw, image)) == 1);
}

TEST_CASE("a bicubic sample at the border has more than its full weight and is no more than inside") {
    // Samples at ¼ and -2: the first lacks the tap of weight -0.1055, the second has none.
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::MatrixForm{{{{{-2.25, 0, 0.25}, {0, 1, 5}}}}};
    transformer.size = {2, 1};
    transformer.interpolation = Interpolation::bicubic;
    CHECK(inside(lower(transformer, {20, 15})) == 0.5);
}

TEST_CASE("fills beyond float32 are refused") {
    const double largest = std::numeric_limits<float>::max();
    for (Mechanism mechanism : all_with_box({2, 3, 4, 5})) {
        std::visit(
            [&](auto& one) {
                if constexpr (requires { one.fill; }) {
                    for (const double value : {largest, -largest, 3.4028235e38}) {
                        one.fill = Constant{{0, value}};
                        CHECK_NOTHROW(validate(one));
                    }
                    for (const double value :
                         {3.4028236e38, -1e39, 1e300, std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()}) {
                        one.fill = Constant{{0, value}};
                        CHECK_THROWS_WITH_AS(validate(one), doctest::Contains("float32"), InvalidParameter);
                    }
                }
            },
            mechanism);
    }
}

namespace {

Box window_of(const Box& box, TrackerWindow window, std::optional<double> context = {}) {
    return adjusted(box, {.context = context, .tracker = true, .window = window});
}

void check_box(const Box& box, const Box& expected) {
    CAPTURE(to_string(box));
    CHECK(to_string(box) == to_string(expected));
}

}  // namespace

TEST_CASE("a tracker's window, by hand") {
    // 40×20: p = 30, √(70 · 50) = 59.16, a = 59. pysot: c = (99.5, 69.5), ⌊c - 30 + ½⌋. SiamFC, from 1: c =
    // (101, 71), c - 30, which is a whole number.
    check_box(window_of({80, 60, 40, 20}, TrackerWindow::pysot), {70, 40, 59, 59});
    check_box(window_of({80, 60, 40, 20}, TrackerWindow::siamfc), {70, 40, 59, 59});
    // 41×20: p = 30½, √(71.5 · 50.5) = 60.09, a = 60. c = (100, 69.5), ⌊c - 30½ + ½⌋ = ⌊70⌋, ⌊39.5⌋; from 1:
    // c = (101.5, 71), 71 and 40½, which is rounded up to 41.
    check_box(window_of({80, 60, 41, 20}, TrackerWindow::pysot), {70, 39, 60, 60});
    check_box(window_of({80, 60, 41, 20}, TrackerWindow::siamfc), {70, 40, 60, 60});
    // A side of exactly 12½, which numpy rounds to 12 and MATLAB to 13; 0 context.
    check_box(window_of({50, 50, 12.5, 12.5}, TrackerWindow::pysot, 0), {49, 49, 12, 12});
    check_box(window_of({50, 50, 12.5, 12.5}, TrackerWindow::siamfc, 0), {49, 49, 13, 13});
    // Halves below zero go away from it: from 1, c - 2½ = -3½ → -4, from 0 -5.
    check_box(window_of({-4, -4, 4, 4}, TrackerWindow::siamfc, 0), {-5, -5, 4, 4});
    check_box(window_of({10, 10, 0.2, 0.2}, TrackerWindow::pysot, 0), {9, 9, 1, 1});
}

TEST_CASE("a tracker's window that lies wholly outside is refused, unless its entry has a padding") {
    const BoxAdjustment tracker{.context = {}, .tracker = true};
    const auto refused = [&](const Mechanism& mechanism) {
        return refusal<Error>([&] { adjusted(mechanism, tracker, {64, 48}); });
    };
    Crop crop;
    crop.form = Crop::BoxForm{{5000, 5000, 20, 20}, Units::pixels};
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{{5000, 5000, 20, 20}, Units::pixels, 0};
    for (const Mechanism& mechanism : {Mechanism(crop), Mechanism(transformer)}) {
        CHECK(
            holds(refused(mechanism), "lies wholly outside the image of 64×48 pixels; a padding of its own"));
    }
    crop.padding = Padding::zeros;
    transformer.fill = MeanOfImage{};
    CHECK(refused(crop).empty());
    CHECK(refused(transformer).empty());
    // The window may overlap where the box does not.
    crop.padding.reset();
    crop.form = Crop::BoxForm{{64, 10, 20, 20}, Units::pixels};
    CHECK(refused(crop).empty());
}

TEST_CASE("a turned box whose bounding rectangle alone meets the image is refused") {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{{80, -60, 100, 50}, Units::pixels, 45};
    CHECK_THROWS_WITH(lower(transformer, {100, 100}), doctest::Contains("outside"));
    transformer.form = SpatialTransformer::BoxForm{{60, -30, 100, 50}, Units::pixels, 45};
    CHECK_NOTHROW(lower(transformer, {100, 100}));
}

TEST_CASE("lowering: what is constant on a mask's grid stays just what it is") {
    const Size image{61, 47};
    cv::Mat plateau = cv::Mat::zeros(7, 9, CV_64F);
    plateau(cv::Rect(2, 2, 5, 4)).setTo(1);
    for (const Mask::Upsample upsample : {Mask::Upsample::nearest, Mask::Upsample::bilinear,
                                          Mask::Upsample::bicubic, Mask::Upsample::gaussian}) {
        const auto weights = [&](const cv::Mat& grid) {
            Mask mask;
            mask.form = Mask::GridForm{grid};
            mask.upsample = upsample;
            const double sigma = 0.125;  // half a cell is beyond a Gaussian's reach
            mask.map_options =
                std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = sigma});
            return std::get<Weights>(lower(mask, image).map.kind);
        };
        for (const double constant : {1.0, 0.3, 1.0 / 3, 0.7}) {
            const cv::Mat a = weights(cv::Mat(7, 9, CV_64F, cv::Scalar(constant))).a;
            CHECK(cv::countNonZero(a != static_cast<float>(constant)) == 0);
        }
        // Between the centres of the plateau's second and last but one cells no kernel sees beyond it.
        const Weights seen = weights(plateau);
        const cv::Rect inner(24 - seen.region.x, 24 - seen.region.y, 13, 6);
        CHECK(cv::countNonZero(seen.a(inner) != 1) == 0);
    }
}

TEST_CASE("lowering: the weights of a mask are counted, with what making them takes, and nothing else is") {
    const Size image{10, 6};
    constexpr std::int64_t pixels = 60;
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat::ones(2, 3, CV_64F)};
    const LoweringMemory grid = lowering_memory(mask, image, 0);
    CHECK(grid.kept == 4 * pixels);
    CHECK(grid.working == 4 * 4 * pixels + (3 * 8 + 4) * 6);
    mask.upsample = Mask::Upsample::gaussian;
    const int sides = image.width + image.height;
    CHECK(lowering_memory(mask, image, 0).working == grid.working + (256 + 4 * 4 * 3) * sides);
    mask.form = Mask::FileForm{"mask.png", {}};
    mask.map_options = std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.sigma = 0.125});
    CHECK(lowering_memory(mask, image, 100).working ==
          4 * 4 * pixels + (3 * 8 + 4) * 100 + (256 + 4 * 4 * 5) * sides);
    mask.upsample = Mask::Upsample::bilinear;
    CHECK(lowering_memory(mask, image, 100).working == 4 * 4 * pixels + (3 * 8 + 4) * 100);
    mask.form = Mask::BoxForm{};
    CHECK(lowering_memory(mask, image, 0).working == 4 * 4 * pixels);
    mask.select = Mask::Select::pixels;  // two numbers each
    CHECK(lowering_memory(mask, image, 0).kept == 16 * pixels);
    CHECK(lowering_memory(Crop{}, image, 0).kept == 0);
    CHECK(lowering_memory(Crop{}, image, 0).working == 0);
    const Size refused{1 << 15, 1 << 14};
    CHECK(lowering_memory(mask, refused, 0).kept == 0);
}

namespace {

std::string refusal_with_field(const auto& action) {
    try {
        action();
    } catch (const InvalidParameter& error) {
        return error.field() + ": " + error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("filters of each pixel are for an image of their own size") {
    const Filter filter = filters::of_each_pixel(std::vector<float>(12 * 9, 1.0F), {4, 3}, 3);
    CHECK(lower(filter, {4, 3}).full_weight == 9);
    const std::string refusal = refusal_with_field([&] { lower(filter, {3, 4}); });
    CHECK(refusal == "/kernel: its filters are of the pixels of an image of 4×3, and this one has 3×4");
}

TEST_CASE("a kernel is a square of numbers of float32") {
    const auto refusal = [](std::vector<double> kernel) {
        return refusal_with_field([&] { validate(filters::of_kernel(std::move(kernel))); });
    };
    CHECK(refusal({1, 2, 3, 4}) == "");
    CHECK(refusal({}) == "/kernel: a kernel has s·s weights, s ≥ 1, not 0");
    CHECK(refusal({1, 2, 3}) == "/kernel: a kernel has s·s weights, s ≥ 1, not 3");
    CHECK(refusal({1e39}) == "/kernel: a number that float32 can hold is needed, not 1e39");
    Filter filter = filters::of_kernel({1});
    filter.bias = {-1e39};
    CHECK(refusal_with_field([&] { validate(filter); }) ==
          "/bias: a number that float32 can hold is needed, not -1e39");
}

TEST_CASE("filters have a full weight where their weights have one sum, but for float16's rounding") {
    CHECK(lower(filters::of_kernel({0.5, -2, 0, 0.25}), {4, 3}).full_weight == -1.25);
    const auto of_two = [](float a, float b) {
        return lower(filters::of_each_pixel({a, b}, {2, 1}, 1), {2, 1}).full_weight;
    };
    CHECK(of_two(1.0005F, 0.9999F) == doctest::Approx(1.0002));
    CHECK(of_two(1.01F, 0.99F) == 0);
    CHECK(of_two(1, -1) == 0);
}

TEST_CASE("whether a glimpse has a border is known before it is lowered") {
    constexpr Size image{12, 9};
    const Box box{2, 1, 6, 5};
    Crop crop;
    crop.form = Crop::BoxForm{box, Units::pixels};
    Gaussian gaussian;
    gaussian.form = Gaussian::BoxForm{{box, Units::pixels}};
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{box, Units::pixels, 30};
    Retina retina;
    retina.form = Retina::BoxForm{box, Units::pixels};
    retina.window = 0;
    std::vector<Mechanism> mechanisms{crop, gaussian, transformer, retina};
    for (const auto select : {Mask::Select::none, Mask::Select::pixels, Mask::Select::box}) {
        for (const auto reduce : {Mask::Reduce::none, Mask::Reduce::sum}) {
            Mask mask;
            mask.form = Mask::GridForm{(cv::Mat_<double>(1, 3) << 0, 1, 0)};
            mask.upsample = Mask::Upsample::nearest;
            mask.kind = Mask::Kind::hard;
            if (select != Mask::Select::none && reduce != Mask::Reduce::none) continue;
            mask.select = select;
            mask.reduce = reduce;
            mechanisms.emplace_back(mask);
        }
    }
    mechanisms.emplace_back(filters::of_kernel({0, 1, 0, 1, 2, 1, 0, 1, 0}));
    const std::vector<AttendedPoint> points{{{3, 4}, 0.5}};
    mechanisms.emplace_back(DeformablePoints{std::make_shared<const std::vector<AttendedPoint>>(points)});
    std::set<std::size_t> alternatives;
    for (const Mechanism& mechanism : mechanisms) {
        CAPTURE(std::string(name(mechanism)));
        alternatives.insert(mechanism.index());
        CHECK(has_border(mechanism) == has_border(lower(mechanism, image)));
        CHECK(is_soft(mechanism) == (!has_border(mechanism) || name(mechanism) == "gaussian"));
    }
    CHECK(alternatives.size() == std::variant_size_v<Mechanism>);
}
