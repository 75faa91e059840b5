#include "mechanisms/plate_rows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

using namespace glimpse;

namespace {

/// Where a plate with so many random points takes those of a glimpse, and how far its rows are from that.
double worst_of(int count, Size glimpse, double bend) {
    cv::RNG random(static_cast<std::uint64_t>(count));
    std::vector<Point> from;
    std::vector<Point> to;
    for (int k = 0; k < count; ++k) {
        from.push_back({random.uniform(0.0, 1.0) * glimpse.width, random.uniform(0.0, 1.0) * glimpse.height});
        to.push_back({2 * from.back().x + random.uniform(-bend, bend),
                      2 * from.back().y - from.back().x + random.uniform(-bend, bend)});
    }
    const ThinPlate plate(from, to);
    PlateRows rows(plate, glimpse);
    std::vector<Point> row(static_cast<std::size_t>(glimpse.width));
    double worst = 0;
    for (int i = 0; i < glimpse.height; ++i) {
        rows.list(i, row);
        for (int j = 0; j < glimpse.width; ++j) {
            const Point exact = plate({edge_from_centre(j), edge_from_centre(i)});
            const Point& found = row[static_cast<std::size_t>(j)];
            worst = std::max({worst, std::abs(edge_from_centre(found.x) - exact.x),
                              std::abs(edge_from_centre(found.y) - exact.y)});
        }
    }
    return worst;
}

/// Of sums of thousands of pixels in float64.
constexpr double rounding = 1e-10;

}  // namespace

TEST_CASE("thin plate: its rows are within their tolerance of the surface, in whole and in cut squares") {
    for (const Size size : {Size{1, 1}, Size{31, 33}, Size{64, 64}, Size{200, 70}, Size{500, 333}}) {
        for (const int count : {3, 5, 40}) {
            CAPTURE(size.width);
            CAPTURE(count);
            CHECK(worst_of(count, size, 50) <= plate_tolerance + rounding);
        }
    }
}

TEST_CASE("thin plate: the terms of points that are far from a square are a polynomial there") {
    // Else nothing but rounding would differ, of numbers around a thousand.
    CHECK(worst_of(5, {500, 333}, 50) > 1e-11);
}
