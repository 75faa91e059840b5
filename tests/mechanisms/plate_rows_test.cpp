#include "mechanisms/plate_rows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "maps/point_extent.hpp"
#include "mechanisms/plate_extent.hpp"

using namespace glimpse;

namespace {

/// A plate with so many random points.
ThinPlate random_plate(int count, Size glimpse, double bend) {
    cv::RNG random(static_cast<std::uint64_t>(count));
    std::vector<Point> from;
    std::vector<Point> to;
    for (int k = 0; k < count; ++k) {
        from.push_back({random.uniform(0.0, 1.0) * glimpse.width, random.uniform(0.0, 1.0) * glimpse.height});
        to.push_back({2 * from.back().x + random.uniform(-bend, bend),
                      2 * from.back().y - from.back().x + random.uniform(-bend, bend)});
    }
    return {from, to};
}

/// How far the rows of such a plate are from where it takes the pixels of a glimpse.
double worst_of(int count, Size glimpse, double bend) {
    const ThinPlate plate = random_plate(count, glimpse, bend);
    PlateRows rows(plate, glimpse);
    std::vector<Point> row(static_cast<std::size_t>(glimpse.width));
    double worst = 0;
    for (int i = 0; i < glimpse.height; ++i) {
        rows.list(i, 0, row);
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

TEST_CASE("thin plate: a part of a row is what it is in the whole row") {
    const Size size{200, 70};
    const ThinPlate plate = random_plate(5, size, 50);
    std::vector<Point> row(static_cast<std::size_t>(size.width));
    PlateRows(plate, size).list(65, 0, row);
    std::vector<Point> part(77);
    PlateRows(plate, size).list(65, 48, part);
    const auto are_same = [](const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; };
    CHECK(std::equal(part.begin(), part.end(), row.begin() + 48, are_same));
}

TEST_CASE("thin plate: the extent that few pixels show is that of all, exactly") {
    for (const Size size :
         {Size{1, 1}, Size{9, 8}, Size{31, 33}, Size{64, 65}, Size{200, 70}, Size{500, 333}}) {
        for (const int count : {3, 5, 40}) {
            for (const double bend : {0.0, 5.0, 50.0, 5000.0}) {
                CAPTURE(size.width);
                CAPTURE(count);
                CAPTURE(bend);
                const ThinPlate plate = random_plate(count, size, bend);
                PlateRows rows(plate, size);
                std::vector<Point> row(static_cast<std::size_t>(size.width));
                ExtentOfRows all;
                for (int i = 0; i < size.height; ++i) {
                    rows.list(i, 0, row);
                    all.add(row);
                }
                const std::optional<Extent> found = plate_extent(plate, size);
                REQUIRE(found);
                CHECK(lies_within(*found, *all.extent()));
                CHECK(lies_within(*all.extent(), *found));
            }
        }
    }
}
