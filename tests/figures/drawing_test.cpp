#include "figures/module/drawing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "figures/module/functions.hpp"
#include "glimpse/overlay.hpp"

using namespace glimpse;

namespace {

/// WCAG 2.1's relative luminance of an sRGB colour, 0 to 1.
double luminance(const cv::Vec3b& colour) {
    const auto linear = [](double value) {
        value /= 255;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

double contrast(const cv::Vec3b& a, const cv::Vec3b& b) {
    const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
    return (light + 0.05) / (dark + 0.05);
}

bool has_corner(const std::vector<Point>& polygon, double x, double y) {
    return std::ranges::any_of(polygon, [&](const Point& p) { return p.x == x && p.y == y; });
}

}  // namespace

TEST_CASE("what stands on a tag can be read, whatever the tag's colour") {
    constexpr double readable = 4.5;  // WCAG 2.1's ratio for text
    constexpr int letter = 40;
    const cv::Rect tag({0, 0}, tag_size("M", letter));
    for (std::size_t k = 0; k < 21; ++k) {
        CAPTURE(k);
        Figure figure{.size = tag.size(), .pictures = {}, .shapes = {}};
        add_tag(figure, "M", tag, letter, glimpse_colour(k));
        const cv::Mat picture = figures::drawn(figure);
        // In the rows and columns of the letter itself there is nothing but it and the tag.
        double most = 0;
        for (int y = letter / 2; y < tag.height - letter / 2; ++y) {
            for (int x = letter / 2; x < tag.width - letter / 2; ++x) {
                most = std::max(most, contrast(picture.at<cv::Vec3b>(y, x), glimpse_colour(k)));
            }
        }
        CHECK(most >= readable);
    }
}

TEST_CASE("luma is that of Rec. 601") {
    CHECK(luma({255, 255, 255}) == doctest::Approx(1));
    CHECK(luma({255, 0, 0}) == doctest::Approx(0.299));
    CHECK(luma({0, 255, 0}) == doctest::Approx(0.587));
    CHECK(luma({0, 0, 255}) == doctest::Approx(0.114));
}

TEST_CASE("lines and letters keep their proportion to the picture, and become smaller in a crowd") {
    CHECK(crowding(1) == 1);
    CHECK(crowding(30) == 1);
    CHECK(crowding(120) == doctest::Approx(0.5));
    // 0.022 and 0.004 of the side, at least 9 and 2 pixels; a casing of 0.3 of the line.
    const auto check = [](const DrawingSizes& sizes, int line, int casing, int letter) {
        CHECK(sizes.line == line);
        CHECK(sizes.casing == casing);
        CHECK(sizes.letter == letter);
    };
    check(drawing_sizes({2000, 2000}), 8, 2, 44);
    check(drawing_sizes({4000, 1000}), 8, 2, 44);
    check(drawing_sizes({2000, 2000}, 120), 4, 1, 22);
    check(drawing_sizes({300, 300}), 2, 1, 9);
    check(drawing_sizes({300, 300}, 120), 1, 0, 9);
    check(drawing_sizes({159, 159}), 1, 0, 9);
}

TEST_CASE("a polygon is clipped to a rectangle, its crossings in their places") {
    const std::vector<Point> triangle{{-2, 1}, {6, 1}, {6, 9}};
    const std::vector<Point> part = clipped(triangle, {0, 2}, {4, 5});
    for (const auto& row : {std::pair{0, 2}, {4, 2}, {4, 5}, {2, 5}, {0, 3}}) {
        const auto& x = row.first;
        const auto& y = row.second;
        CAPTURE(x);
        CAPTURE(y);
        CHECK(has_corner(part, x, y));
    }
    CHECK(clipped(triangle, {-10, -10}, {10, 10}).size() == 3);
    CHECK(clipped(triangle, {7, 0}, {9, 9}).empty());
}
