#include "maps/weight_facts.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>
#include <vector>

using namespace glimpse;

namespace {

/// Weights are float32, and sums of a few of them in float64.
constexpr double of_float32 = 1e-6;

constexpr Size image{10, 8};

void check_near(double number, double expected) {
    CAPTURE(number);
    CAPTURE(expected);
    CHECK(std::abs(number - expected) <= of_float32);
}

/// Rows of the same weights, `step` columns from one to the next.
BandedMatrix rows_of(std::span<const double> weights, int step, int rows, int columns) {
    BandedMatrix matrix(columns);
    for (int k = 0; k < rows; ++k) matrix.append_row(k * step, weights);
    return matrix;
}

Lowered separable(const std::vector<double>& weights, int step) {
    const auto first = static_cast<double>(weights.size() - 1) / 2;
    return {.map = {.image = image,
                    .glimpse = {4, 3},
                    .kind = Separable{rows_of(weights, step, 3, image.height),
                                      rows_of(weights, step, 4, image.width)}},
            .matrix = Affine{{{{double(step), 0, first}, {0, double(step), first}}}}};
}

}  // namespace

TEST_CASE("weight facts: a window over the left edge") {
    const Lowered window{.map = {.image = image, .glimpse = {4, 3}, .kind = Window{-2, 1}},
                         .matrix = Affine{{{{1, 0, -2}, {0, 1, 1}}}}};
    const WeightFacts weights = weight_facts(window);
    CHECK(weights.count == 6);
    CHECK(weights.empty == 6);
    CHECK(weights.partial == 0);
    check_near(weights.sums.least, 0);
    check_near(weights.sums.greatest, 1);
    check_near(weights.mean_sum, 0.5);
    check_near(weights.footprint->x, 1);
    CHECK(weights.aliased_x == 0);
    const PointFacts points = *point_facts(window);
    CHECK(points.count == 12);
    CHECK(points.outside == 6);
    CHECK(points.left == 6);
    CHECK(points.right + points.above + points.below + points.nowhere == 0);
    check_near(points.stride_x.least, 1);
    check_near(points.stride_y.greatest, 1);
}

TEST_CASE("weight facts: a mean over n pixels is n wide, and one of them aliases beyond a pixel") {
    const WeightFacts means = weight_facts(separable({0.5, 0.5}, 2));
    check_near(means.footprint->x, 2);
    check_near(means.footprint->y, 2);
    CHECK(means.aliased_x == 0);
    CHECK(means.count == 4 * 12);
    check_near(means.weights.least, 0.25);
    check_near(means.weights.greatest, 0.25);
    const WeightFacts picked = weight_facts(separable({1}, 2));
    check_near(picked.footprint->x, 1);
    CHECK(picked.aliased_x == 12);
    CHECK(picked.aliased_y == 12);
}

TEST_CASE("weight facts: the least and the greatest product of two axes with negative weights") {
    const WeightFacts facts = weight_facts(separable({-0.25, 1.25}, 2));
    check_near(facts.weights.least, -0.3125);
    check_near(facts.weights.greatest, 1.5625);
    check_near(facts.sums.least, 1);
}

TEST_CASE("weight facts: samples half outside have a part of their weight inside") {
    // Four taps of a quarter each, of the first column two.
    const Affine half{{{{1, 0, -0.5}, {0, 1, 0.5}}}};
    const Lowered samples{.map = {.image = image, .glimpse = {3, 2}, .kind = Samples{.points = half}},
                          .matrix = half};
    const WeightFacts facts = weight_facts(samples);
    CHECK(facts.partial == 2);
    CHECK(facts.empty == 0);
    CHECK(facts.count == 2 * 2 + 4 * 4);
    check_near(facts.sums.least, 0.5);
    check_near(facts.mean_sum, 5.0 / 6);
    // Of pixels that lack nothing: two taps, √12 (1/4 + 1/12)^½.
    check_near(facts.footprint->x, 2);
}

TEST_CASE("weight facts: along a turned axis as along an upright one") {
    // Half a pixel between four: what is seen has the same variance in every direction.
    const Affine turned{{{{3, -3, 4.5}, {3, 3, 0.5}}}};
    const Lowered samples{.map = {.image = image, .glimpse = {2, 2}, .kind = Samples{.points = turned}},
                          .matrix = turned};
    const WeightFacts facts = weight_facts(samples);
    check_near(facts.footprint->x, 2);
    check_near(facts.footprint->y, 2);
    CHECK(facts.aliased_x == 4 - facts.empty);
    check_near(point_facts(samples)->stride_x.least, std::sqrt(18));
}

TEST_CASE("weight facts: of listed points those alias whose neighbours are far away") {
    std::vector<Point> points;
    for (const double x : {0.5, 1.5, 2.5, 6.5}) points.push_back({x, 2.5});
    const Lowered samples{
        .map = {.image = image, .glimpse = {4, 1}, .kind = Samples{.points = SamplingPoints(points, 4)}}};
    const WeightFacts facts = weight_facts(samples);
    CHECK(facts.aliased_x == 2);  // 1, 1, (6.5 - 1.5)/2 and 4 pixels, of which each sees 2
    CHECK(facts.aliased_y == 0);
}

TEST_CASE("weight facts: the stride is from neighbour to neighbour, and one alone has none") {
    // Three and four pixels, of which the central difference at the corner is 2.5.
    const Lowered corner{.map = {.image = image,
                                 .glimpse = {3, 1},
                                 .kind = Samples{.points = SamplingPoints({{1, 1}, {4, 1}, {4, 5}}, 3)}}};
    const PointFacts points = *point_facts(corner);
    check_near(points.stride_x.least, 3);
    check_near(points.stride_x.greatest, 4);
    CHECK(points.stride_y.empty());
    const Affine cell{{{{4, 0, 2}, {0, 3, 2}}}};
    const PointFacts one = *point_facts(
        {.map = {.image = image, .glimpse = {1, 2}, .kind = Samples{.points = cell}}, .matrix = cell});
    CHECK(one.stride_x.empty());
    check_near(one.stride_y.greatest, 3);
}

TEST_CASE("weight facts: without a step, what is seen is measured at right angles to the other one") {
    // Two taps along x, one along y.
    for (const Affine& still : {Affine{{{{0, 4, 0.5}, {0, 0, 2}}}}, Affine{{{{0, 0, 0.5}, {0, 3, 2}}}}}) {
        const Lowered samples{.map = {.image = image, .glimpse = {2, 2}, .kind = Samples{.points = still}},
                              .matrix = still};
        const WeightFacts facts = weight_facts(samples);
        const bool is_along_x = still.m[0][1] != 0;
        check_near(facts.footprint->x, is_along_x ? 1 : 2);
        check_near(facts.footprint->y, is_along_x ? 2 : 1);
        CHECK(facts.aliased_x == 0);
        CHECK(facts.aliased_y == 4);
    }
    const Lowered column{.map = {.image = image,
                                 .glimpse = {1, 2},
                                 .kind = Samples{.points = SamplingPoints({{0.5, 2}, {4.5, 2}}, 1)}}};
    const WeightFacts facts = weight_facts(column);
    check_near(facts.footprint->x, 1);
    check_near(facts.footprint->y, 2);
    CHECK(facts.aliased_x == 0);
    CHECK(facts.aliased_y == 2);
}

TEST_CASE("weight facts: points that are no numbers are nowhere") {
    const Lowered samples{.map = {.image = image,
                                  .glimpse = {2, 1},
                                  .kind = Samples{.points = SamplingPoints({{1, 1}, {NAN, 1}}, 2)}}};
    CHECK(point_facts(samples)->nowhere == 1);
    CHECK(point_facts(samples)->outside == 0);
    CHECK(weight_facts(samples).empty == 1);
}

TEST_CASE("weight facts: a mask has no points, and lacks nothing where its weights are small") {
    const cv::Mat a = (cv::Mat_<float>(2, 2) << 0.25F, 0.0F, 0.5F, 0.125F);
    const Lowered mask{.map = {.image = image, .glimpse = image, .kind = Weights{{1, 1, 2, 2}, a}}};
    CHECK(!point_facts(mask));
    const WeightFacts facts = weight_facts(mask);
    CHECK(facts.count == 3);
    CHECK(facts.empty == 77);
    CHECK(facts.partial == 0);
    CHECK(!facts.footprint);
    check_near(facts.weights.least, 0.125);
    check_near(facts.sums.greatest, 0.5);
    check_near(facts.mean_sum, 0.875 / 80);
}
