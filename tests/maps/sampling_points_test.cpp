#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "glimpse/lowered.hpp"
#include "sampling_choices.hpp"

using namespace glimpse;

namespace {

/// A few roundings of numbers below 100.
constexpr double rounding = 1e-12;

constexpr Size glimpse_size{5, 4};
constexpr Affine turned{{{{0.8, -0.6, 12.25}, {0.5, 1.5, 3.5}}}};

template <typename At>
SamplingPoints listed(Size size, At&& at) {
    std::vector<Point> points;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) points.push_back(at(j, i));
    }
    return {points, size.width};
}

/// How far the point lies from the line through a and b.
double distance(const Point& p, const Point& a, const Point& b) {
    return std::abs((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / std::hypot(b.x - a.x, b.y - a.y);
}

void check_same(const Point& a, const Point& b) {
    CHECK(std::abs(a.x - b.x) <= rounding);
    CHECK(std::abs(a.y - b.y) <= rounding);
}

Lowered lowered(Size image, Size glimpse, const SamplingPoints& points) {
    return {.map = {.image = image, .glimpse = glimpse, .kind = Samples{.points = points}}};
}

}  // namespace

TEST_CASE("sampling points: a listed affine map has the affine map's points, bounds and Jacobian") {
    const SamplingPoints affine = turned;
    const SamplingPoints list = listed(glimpse_size, turned);
    for (int i = 0; i < glimpse_size.height; ++i) {
        for (int j = 0; j < glimpse_size.width; ++j) {
            check_same(list.at(j, i), affine.at(j, i));
            for (std::size_t axis = 0; axis < 2; ++axis) {
                CHECK(std::abs(list.jacobian(j, i)[axis][0] - turned.m[axis][0]) <= rounding);
                CHECK(std::abs(list.jacobian(j, i)[axis][1] - turned.m[axis][1]) <= rounding);
                CHECK(affine.jacobian(j, i)[axis][0] == turned.m[axis][0]);
                CHECK(affine.jacobian(j, i)[axis][1] == turned.m[axis][1]);
            }
        }
    }
    const Extent expected = affine.bounds(glimpse_size);
    const Extent found = list.bounds(glimpse_size);
    check_same({found.left, found.top}, {expected.left, expected.top});
    check_same({found.right, found.bottom}, {expected.right, expected.bottom});
}

TEST_CASE("sampling points: the border of a listed affine map is that of the affine map, in its order") {
    const std::vector<Point> expected = SamplingPoints(turned).border(glimpse_size);
    const std::vector<Point> border = listed(glimpse_size, turned).border(glimpse_size);
    REQUIRE(expected.size() == 4);
    REQUIRE(border.size() == 4 + 2 * 5 + 2 * 4);
    std::size_t n = 0;
    for (std::size_t side = 0; side < 4; ++side) {
        check_same(border[n++], expected[side]);
        for (int k = 0; k < (side % 2 == 0 ? 5 : 4); ++k) {
            CHECK(distance(border[n++], expected[side], expected[(side + 1) % 4]) <= rounding);
        }
    }
}

TEST_CASE("sampling points: the Jacobian of a bent line by hand") {
    // x = j², y = 10 + 3 i: 2 j inside, 1 = 1 - 0 at the left, and 5 = 9 - 4 at the right.
    const SamplingPoints bent = listed({4, 2}, [](int j, int i) {
        return Point{double(j * j), 10.0 + 3 * i};
    });
    const double expected[] = {1, 2, 4, 5};
    for (int j = 0; j < 4; ++j) {
        CHECK(bent.jacobian(j, 0) == SamplingPoints::Jacobian{{{expected[j], 0}, {0, 3}}});
    }
    // From the corner's centre, (0, 10), half a pixel to the left and up; in edge coordinates.
    check_same(bent.border({4, 2}).front(), {0 - 0.5 + 0.5, 10 - 1.5 + 0.5});
    const SamplingPoints single({{7, 8}}, 1);
    CHECK(single.jacobian(0, 0) == SamplingPoints::Jacobian{{{1, 0}, {0, 1}}});
}

TEST_CASE("sampling points: a shrunk image has them where they were, in edge coordinates") {
    const SamplingPoints list({{3.5, -0.5}}, 1);
    check_same(list.shrunk(4).at(0, 0), {0.5, -0.5});
    check_same(SamplingPoints(turned).shrunk(2).at(0, 0), {12.75 / 2 - 0.5, 4.0 / 2 - 0.5});
}

TEST_CASE("sampling points are listed in whole rows") {
    CHECK_THROWS_AS(SamplingPoints({{1, 1}, {2, 2}, {3, 3}}, 2), std::invalid_argument);
    CHECK_THROWS_AS(SamplingPoints({{1, 1}}, 0), std::invalid_argument);
    CHECK_THROWS_AS(SamplingPoints({}, 1), std::invalid_argument);
}

TEST_CASE("sampling points: the outline and the pitch of a list are those of its points") {
    const Lowered list = lowered({40, 30}, glimpse_size, listed(glimpse_size, turned));
    const std::vector<Point> found = outline(list);
    const std::vector<Point> expected = std::get<Samples>(list.map.kind).points.border(glimpse_size);
    REQUIRE(found.size() == expected.size());
    for (std::size_t n = 0; n < found.size(); ++n) check_same(found[n], expected[n]);
    // The columns of the matrix are √(0.8² + 0.5²) and √(0.6² + 1.5²) long.
    CHECK(pitch(list) == doctest::Approx(std::sqrt(0.89)));
    CHECK(pitch(shrunk(list, 2)) == doctest::Approx(std::sqrt(0.89) / 2));
    CHECK(shrunk(list, 2).map.image == Size{20, 15});
    // j² + 20 i: 1 between the first two, and 5 between the last.
    const SamplingPoints bent = listed({4, 2}, [](int j, int i) { return Point{double(j * j), 20.0 * i}; });
    CHECK(pitch(lowered({40, 30}, {4, 2}, bent)) == 1);
}

TEST_CASE("sampling points: a list of pixels encloses nothing, and has the outline of its support") {
    const SamplingPoints pixels({{3, 1}, {5, 8}, {4, 2}}, 1);
    Lowered list = lowered({40, 30}, {1, 3}, pixels);
    std::get<Samples>(list.map.kind).interpolation = Interpolation::nearest;
    CHECK(support(list.map) == Rectangle{3, 1, 3, 8});
    const std::vector<Point> found = outline(list);
    const std::vector<Point> expected = corners(support(list.map));
    REQUIRE(found.size() == 4);
    for (std::size_t n = 0; n < 4; ++n) check_same(found[n], expected[n]);
    CHECK(pitch(list) == 1);
}

TEST_CASE(
    "sampling points: the support of a list is the smallest rectangle around that of each point alone") {
    cv::RNG random(20261129);
    const Size image{20, 16};
    for (int trial = 0; trial < 60; ++trial) {
        // Inside, or some beyond an edge.
        const double beyond = trial % 3 == 0 ? 0 : 4;
        const SamplingPoints points = listed({12, 3}, [&](int, int) {
            return Point{random.uniform(-beyond, 19 + beyond), random.uniform(-beyond, 15 + beyond)};
        });
        for (const Interpolation interpolation : all_interpolations) {
            for (const Padding padding : all_paddings) {
                const auto support_of = [&](const SamplingPoints& some, Size glimpse) {
                    const Samples samples{.points = some, .interpolation = interpolation, .padding = padding};
                    return support({.image = image, .glimpse = glimpse, .kind = samples});
                };
                Rectangle expected;
                for (const Point& point : points.listed())
                    expected = smallest_containing(expected, support_of(SamplingPoints({point}, 1), {1, 1}));
                CHECK(support_of(points, {12, 3}) == expected);
            }
        }
    }
}
