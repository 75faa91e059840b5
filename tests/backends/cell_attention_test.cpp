#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/image_region.hpp"
#include "warps.hpp"

using namespace glimpse;

namespace {

/// Weights are float32.
constexpr double rounding = 1e-6;
/// Of the 16 points of a block that a cell's border crosses.
constexpr double of_points = 1.0 / 8;

/// On the whole picture of the image shrunk n times, CV_32F.
cv::Mat on_picture(const ImageRegion& attention, Size image, int n) {
    const Size size = shrunk(image, n);
    cv::Mat all = cv::Mat::zeros(size.height, size.width, CV_32F);
    if (!attention.region.empty()) attention.pixels.copyTo(all(rect(attention.region)));
    return all;
}

cv::Mat cells(const Lowered& lowered, int n = 1) {
    return on_picture(cell_attention(lowered, n), lowered.map.image, n);
}

cv::Mat exact(const Lowered& lowered, int n = 1) {
    return on_picture(block_attention(lowered.map, n), lowered.map.image, n);
}

bool alike(const cv::Mat& a, const cv::Mat& b, double tolerance = rounding) {
    return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) <= tolerance;
}

Lowered transformed(Box box, Size size, double angle = 0,
                    Interpolation interpolation = Interpolation::bilinear) {
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{box, Units::pixels, angle};
    stn.size = size;
    stn.interpolation = interpolation;
    return lower(stn, {60, 40});
}

Lowered gaussian(Gaussian::Axis x, Gaussian::Axis y, Size size) {
    Gaussian made;
    made.form = Gaussian::AxesForm{x, y};
    made.size = size;
    return lower(made, {60, 40});
}

}  // namespace

TEST_CASE("cells of a shrinking transformer by hand: uniform within its box, which it fills by halves") {
    // Each of 4×2 points stands for 5×4 pixels; the box begins and ends in the middle of pixels along x.
    for (const Interpolation interpolation :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
        const Lowered lowered = transformed({10.5, 8, 20, 8}, {4, 2}, 0, interpolation);
        cv::Mat wanted = cv::Mat::zeros(40, 60, CV_32F);
        wanted(cv::Rect(10, 8, 21, 8)) = 1.0 / 20;
        wanted(cv::Rect(10, 8, 1, 8)) = 0.5 / 20;
        wanted(cv::Rect(30, 8, 1, 8)) = 0.5 / 20;
        CHECK(alike(cells(lowered), wanted));
        CHECK_FALSE(alike(exact(lowered), wanted, 0.05));
    }
}

TEST_CASE("cells keep the sum of attention, and fade where the weights do") {
    const Lowered inside = transformed({3.3, 4.7, 40.1, 30.9}, {7, 5});
    CHECK(cv::sum(cells(inside))[0] == doctest::Approx(35).epsilon(rounding));
    const Lowered turned = transformed({15, 10, 24, 18}, {6, 5}, 30);
    CHECK(cv::sum(cells(turned))[0] == doctest::Approx(30).epsilon(0.01));
    // The first column's centres lie a quarter of a pixel outside: a share of ¾.
    const cv::Mat shown = cells(transformed({-1.75, 0, 16, 8}, {4, 2}));
    CHECK(shown.at<float>(1, 0) == doctest::Approx(0.75 / 16).epsilon(rounding));
    CHECK(shown.at<float>(1, 4) == doctest::Approx(1.0 / 16).epsilon(rounding));
}

TEST_CASE("cells of a turned transformer: uniform within its outline, and nothing outside") {
    constexpr double pi = 3.14159265358979323846;
    const Lowered lowered = transformed({15, 10, 24, 18}, {6, 5}, 30);
    const cv::Mat shown = cells(lowered);
    const double density = 30.0 / (24 * 18);
    for (int y = 0; y < shown.rows; ++y) {
        for (int x = 0; x < shown.cols; ++x) {
            // In the box's own directions, about its centre.
            const double across = (x + 0.5 - 27) * std::cos(pi / 6) + (y + 0.5 - 19) * std::sin(pi / 6);
            const double down = -(x + 0.5 - 27) * std::sin(pi / 6) + (y + 0.5 - 19) * std::cos(pi / 6);
            const double beyond = std::max(std::abs(across) - 12, std::abs(down) - 9);
            const double value = shown.at<float>(y, x);
            if (beyond < -0.71) CHECK(value == doctest::Approx(density).epsilon(rounding));
            if (beyond > 0.71) CHECK(value == 0);
        }
    }
    // A quarter turn is no axis-aligned map, and its cells are those of the upright box.
    CHECK(alike(cells(transformed({20, 10, 20, 20}, {4, 4}, 90)),
                cells(transformed({20, 10, 20, 20}, {4, 4}))));
}

TEST_CASE("what has no pattern keeps its attention map") {
    const Lowered same = transformed({10, 8, 20, 8}, {20, 8});
    CHECK(alike(cells(same), exact(same)));
    const Lowered larger = transformed({10, 8, 6, 5}, {20, 18}, 20);
    CHECK(alike(cells(larger), exact(larger), 0));
    const Lowered wide = gaussian({20, 4, 3}, {10, 3, 6}, {5, 4});
    CHECK(alike(cells(wide), exact(wide), rounding));
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat((cv::Mat_<double>(1, 3) << 0, 1, 0.5))};
    const Lowered weights = lower(mask, {60, 40});
    CHECK(alike(cells(weights), exact(weights), 0));
    Crop crop;
    crop.form = Crop::BoxForm{{3, 4, 5, 6}, Units::pixels};
    const Lowered window = lower(crop, {60, 40});
    CHECK(alike(cells(window), exact(window), 0));
    // All centres on one place: there are no cells.
    const Lowered one = gaussian({20, 1, 0}, {10, 1, 0}, {3, 3});
    CHECK(alike(cells(one), exact(one)));
}

TEST_CASE("narrow Gaussians, and nearest pixels of a crop, have cells as a transformer has") {
    const Lowered narrow = gaussian({12, 0.4, 5}, {9.5, 0.4, 4}, {4, 2});
    CHECK(alike(cells(narrow), cells(transformed({10, 8, 20, 8}, {4, 2}))));
    Crop crop;
    crop.form = Crop::BoxForm{{10, 8, 20, 8}, Units::pixels};
    crop.size = Size{4, 2};
    crop.interpolation = Resampling::nearest;
    CHECK(alike(cells(lower(crop, {60, 40})), cells(transformed({10, 8, 20, 8}, {4, 2}))));
    // Along one axis alone.
    const Lowered mixed = gaussian({12, 0.4, 5}, {9.5, 6, 4}, {4, 2});
    const cv::Mat shown = cells(mixed);
    CHECK(alike(shown.col(11), shown.col(20)));
    CHECK_FALSE(alike(exact(mixed).col(11), exact(mixed).col(12), 0.01));
    CHECK(alike(shown.col(11) * 5,
                exact(mixed).col(12) / exact(mixed).at<float>(9, 12) * shown.at<float>(9, 11) * 5, 1e-4));
}

TEST_CASE("cells of a warp: those of a transformer, and each spread evenly") {
    const Box box{10.5, 8, 20, 8};
    const Lowered affine = transformed(box, {4, 2});
    // A grid of the same points, but for one that is moved by less than float32 tells.
    std::vector<Point> points;
    for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 4; ++j) {
            points.push_back((*affine.matrix)(j, i));
            if (j == 1) points.back().x += 1e-9;
        }
    }
    const Lowered listed = lower(warps::transformer(GridWarp{warps::field(points, 4), true}), {60, 40});
    REQUIRE(!listed.matrix);
    CHECK(cv::norm(cells(listed), cells(affine), cv::NORM_INF) <= of_points / 10);
    CHECK(std::abs(cv::sum(cells(listed))[0] - 8) <= rounding * 8);
    CHECK(alike(cells(listed, 2), cells(affine, 2), of_points / 10));
}

TEST_CASE("cells of a projective warp leave no gaps and do not overlap, and their points no pattern") {
    // Of 12×12 cells of some 10×10 pixels, over which the density changes by a tenth from one to the next.
    constexpr double change = 1.25;
    const std::array<Point, 4> corners{{{12, 12}, {100, 25}, {112, 112}, {5, 75}}};
    const Lowered lowered = lower(warps::transformer(QuadWarp{corners}, Size{12, 12}), {128, 128});
    const cv::Mat shown = cells(lowered);
    CHECK(cv::sum(shown)[0] == doctest::Approx(144).epsilon(rounding));
    const auto is_within = [&](double x, double y) {
        for (std::size_t k = 0; k < corners.size(); ++k) {
            const Point& a = corners[k];
            const Point& b = corners[(k + 1) % corners.size()];
            const double beyond = (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
            if (beyond < 3 * std::hypot(b.x - a.x, b.y - a.y)) return false;
        }
        return true;
    };
    for (int y = 0; y < shown.rows; ++y) {
        for (int x = 0; x + 1 < shown.cols; ++x) {
            if (!is_within(x, y) || !is_within(x + 2, y + 1)) continue;
            CAPTURE(x);
            CAPTURE(y);
            const auto [less, more] = std::minmax({shown.at<float>(y, x), shown.at<float>(y, x + 1)});
            CHECK(more <= change * less);
        }
    }
}

TEST_CASE("cells of a log-polar glimpse close its turn: a quarter turn changes nothing") {
    const LogPolarWarp circles{{64, 64}, {10, 50}};
    for (const int columns : {4, 12, 40}) {
        CAPTURE(columns);
        const cv::Mat shown = cells(lower(warps::transformer(circles, Size{columns, 6}), {128, 128}));
        CHECK(cv::sum(shown)[0] == doctest::Approx(columns * 6).epsilon(rounding));
        cv::Mat turned;
        cv::rotate(shown, turned, cv::ROTATE_90_CLOCKWISE);
        CHECK(alike(turned, shown));
    }
}

TEST_CASE("a list of pixels keeps its attention map") {
    Mask mask;
    mask.form = Mask::GridForm{(cv::Mat_<double>(3, 3) << 1, 0, 0, 0, 1, 0, 0, 0, 1)};
    mask.kind = Mask::Kind::hard;
    mask.select = Mask::Select::pixels;
    mask.upsample = Mask::Upsample::nearest;
    const Lowered selected = lower(mask, {60, 40});
    CHECK(alike(cells(selected), exact(selected), 0));
}

TEST_CASE("cells of blocks are the means of cells of pixels") {
    for (const double angle : {0.0, 25.0}) {
        const Lowered lowered = transformed({8.3, 5.1, 30, 25}, {5, 6}, angle);
        const cv::Mat pixels = cells(lowered);
        const cv::Mat blocks = cells(lowered, 3);
        REQUIRE(blocks.size() == cv::Size(20, 14));
        for (int y = 0; y < blocks.rows; ++y) {
            for (int x = 0; x < blocks.cols; ++x) {
                const cv::Rect place = cv::Rect(3 * x, 3 * y, 3, 3) & cv::Rect(0, 0, 60, 40);
                const double mean = cv::sum(pixels(place))[0] / 9;
                const double greatest = 30.0 / (30 * 25);
                CHECK(std::abs(blocks.at<float>(y, x) - mean) <=
                      (angle == 0 ? rounding : of_points * greatest));
            }
        }
    }
}
