#include "maps/polygon_areas.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <random>
#include <vector>

using namespace glimpse;

namespace {

constexpr double rounding = 1e-12;  // of sums of a few float64 below 10

cv::Mat spread(std::vector<Point> polygon, double sum, cv::Size size = {4, 3}) {
    cv::Mat sums = cv::Mat::zeros(size, CV_64F);
    REQUIRE(spread_over(polygon, sum, sums));
    cv::Mat backwards = cv::Mat::zeros(size, CV_64F);
    std::ranges::reverse(polygon);
    REQUIRE(spread_over(polygon, sum, backwards));
    CHECK(cv::norm(sums, backwards, cv::NORM_INF) <= rounding);
    return sums;
}

bool alike(const cv::Mat& a, const cv::Mat& b) {
    return cv::norm(a, b, cv::NORM_INF) <= rounding;
}

}  // namespace

TEST_CASE("a sum is spread over a polygon by the areas that pixels have of it") {
    CHECK(alike(spread({{0.5, 1}, {2.5, 1}, {2.5, 3}, {0.5, 3}}, 8),
                (cv::Mat_<double>(3, 4) << 0, 0, 0, 0, 1, 2, 1, 0, 1, 2, 1, 0)));
    // x ≥ 0, y ≥ 0, x + y ≤ 2.
    CHECK(alike(spread({{0, 0}, {2, 0}, {0, 2}}, 2),
                (cv::Mat_<double>(3, 4) << 1, 0.5, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0)));
    // y ≤ x / 4: an edge across several pixels of a row.
    CHECK(alike(spread({{0, 0}, {4, 0}, {4, 1}}, 16),
                (cv::Mat_<double>(3, 4) << 1, 3, 5, 7, 0, 0, 0, 0, 0, 0, 0, 0)));
}

TEST_CASE("what of a polygon lies outside is left out, on each side") {
    for (const auto& [x, y] : {Point{-3, -1}, {2.25, 1.5}, {-3, 1.5}, {2.25, -1}}) {
        const cv::Mat sums = spread({{x, y}, {x + 4, y}, {x + 4, y + 2.5}, {x, y + 2.5}}, 10);
        const double across = std::min(x + 4, 4.0) - std::max(x, 0.0);
        const double down = std::min(y + 2.5, 3.0) - std::max(y, 0.0);
        CHECK(std::abs(cv::sum(sums)[0] - across * down) <= rounding);
    }
    CHECK(cv::norm(spread({{-9, 0}, {-5, 0}, {-5, 3}, {-9, 3}}, 1)) == 0);
    CHECK(cv::norm(spread({{5, 0}, {9, 0}, {9, 3}, {5, 3}}, 1)) == 0);
    // A slanted edge leaves on the left: of x from y - 1 to 4, all but the triangle beyond x = 0.
    const cv::Mat cut = spread({{-1, 0}, {4, 0}, {4, 2}, {1, 2}}, 8);
    CHECK(std::abs(cv::sum(cut)[0] - (8 - 0.5)) <= rounding);
    CHECK(std::abs(cut.at<double>(1, 0) - 0.5) <= rounding);
}

TEST_CASE("polygons that share their sides leave no gap") {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> shift(-0.3, 0.3);
    constexpr int side = 6;
    std::vector<Point> corners;
    for (int i = 0; i <= side; ++i) {
        for (int j = 0; j <= side; ++j) {
            const bool is_border = i == 0 || j == 0 || i == side || j == side;
            const double apart = 1.7;
            corners.push_back({apart * (j + (is_border ? 0 : shift(random))),
                               apart * (i + (is_border ? 0 : shift(random)))});
        }
    }
    cv::Mat sums = cv::Mat::zeros(10, 10, CV_64F);
    const auto at = [&](int j, int i) { return corners[static_cast<std::size_t>(i * (side + 1) + j)]; };
    for (int i = 0; i < side; ++i) {
        for (int j = 0; j < side; ++j) {
            const std::vector<Point> cell{at(j, i), at(j + 1, i), at(j + 1, i + 1), at(j, i + 1)};
            const Point& a = cell[0];
            const Point& b = cell[1];
            const Point& c = cell[2];
            const Point& d = cell[3];
            const double area = ((c.x - a.x) * (d.y - b.y) - (c.y - a.y) * (d.x - b.x)) / 2;
            REQUIRE(spread_over(cell, area, sums));
        }
    }
    CHECK(alike(sums, cv::Mat::ones(10, 10, CV_64F)));
}

TEST_CASE("a polygon without an area spreads nothing") {
    cv::Mat sums = cv::Mat::zeros(3, 4, CV_64F);
    CHECK_FALSE(spread_over(std::vector<Point>{{0, 0}, {2, 1}, {4, 2}}, 1, sums));
    CHECK(cv::norm(sums) == 0);
}
