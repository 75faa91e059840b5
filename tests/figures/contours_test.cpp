#include "figures/module/contours.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "drawn_pictures.hpp"
#include "figures/module/functions.hpp"
#include "glimpse/error.hpp"
#include "glimpse/overlay.hpp"
#include "masked_images.hpp"

using namespace glimpse;
using namespace drawn_pictures;

namespace {

constexpr std::size_t any_number = 1U << 20;

AttentionField field_of(const cv::Mat& all) {
    return {all, {{0, 0}, all.size()}, all.size()};
}

double level_of(const cv::Mat& all, double share) {
    return field_of(all).levels({share}).at(0);
}

std::vector<Ring> lines_around(const cv::Mat& all, double share) {
    return contour_lines(field_of(all), level_of(all, share), any_number);
}

double area(const Ring& ring) {
    double twice = 0;
    for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point& a = ring[k];
        const Point& b = ring[(k + 1) % ring.size()];
        twice += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice) / 2;
}

/// By the even-odd rule, so that holes are outside.
bool is_inside(const std::vector<Ring>& rings, Point point) {
    bool inside = false;
    for (const Ring& ring : rings) {
        for (std::size_t k = 0; k < ring.size(); ++k) {
            const Point& a = ring[k];
            const Point& b = ring[(k + 1) % ring.size()];
            if ((a.y > point.y) == (b.y > point.y)) continue;
            if (point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
        }
    }
    return inside;
}

cv::Mat plateau(cv::Size size, cv::Rect place, float value = 1) {
    cv::Mat all = cv::Mat::zeros(size, CV_32F);
    all(place).setTo(value);
    return all;
}

constexpr double cut_corner = 0.125;  // half of a square of half a pixel

void check_area(const cv::Mat& all, double wanted) {
    for (const double share : {0.5, 0.9}) {
        const std::vector<Ring> rings = lines_around(all, share);
        REQUIRE(rings.size() == 1);
        CHECK(area(rings.front()) == doctest::Approx(wanted));
    }
}

}  // namespace

TEST_CASE("levels by hand: the smallest regions that hold a share, halfway to what is next lower") {
    const cv::Mat all = (cv::Mat_<float>(1, 4) << 4, 3, 2, 1);
    CHECK(level_of(all, 0.4) == 3.5);   // 4 of 10
    CHECK(level_of(all, 0.41) == 2.5);  // 7 of 10
    CHECK(level_of(all, 0.7) == 2.5);
    CHECK(level_of(all, 0.9) == 1.5);
    CHECK(level_of(all, 1) == 0.5);  // nothing is lower but none
    // Beside it there is none.
    CHECK(AttentionField(all, {1, 1, 4, 1}, {9, 3}).levels({1}).at(0) == 0.5);
    // Both signs count by their magnitude.
    const cv::Mat of_both_signs = (cv::Mat_<float>(1, 4) << -4, 3, -2, 1);
    CHECK(level_of(of_both_signs, 0.7) == 2.5);
    // What is equal but for rounding is one region.
    const cv::Mat ties = (cv::Mat_<float>(1, 4) << 1, 0.9999F, 0.9998F, 0.5);
    CHECK(level_of(ties, 0.1) == doctest::Approx((0.9998 + 0.5) / 2));
    CHECK(field_of(cv::Mat::zeros(3, 3, CV_32F)).levels({0.5}).empty());
    CHECK(AttentionField({}, {}, {3, 3}).levels({0.5}).empty());
}

TEST_CASE("around a constant map runs the picture's border, with four corners") {
    const cv::Mat all(4, 6, CV_32F, cv::Scalar(0.3));
    check_area(all, 24);
    const Ring ring = lines_around(all, 0.5).front();
    for (const Point& corner : corners({0, 0, 6, 4})) {
        CHECK(std::ranges::any_of(ring, [&](const Point& p) { return p.x == corner.x && p.y == corner.y; }));
    }
    CHECK(ring.size() <= 5);  // the line may begin between two of them
}

TEST_CASE("lines by hand: a pixel, a plateau, and plateaus at the border") {
    check_area(plateau({9, 9}, {4, 4, 1, 1}), 4 * cut_corner);
    check_area(plateau({10, 10}, {3, 4, 2, 3}), 6 - 4 * cut_corner);
    check_area(plateau({10, 10}, {3, 4, 2, 3}, -2), 6 - 4 * cut_corner);
    check_area(plateau({10, 10}, {0, 0, 3, 2}), 6 - cut_corner);
    check_area(plateau({10, 10}, {7, 5, 3, 2}), 6 - 2 * cut_corner);
    check_area(plateau({10, 10}, {2, 0, 3, 10}), 30);
    // A pixel's line crosses halfway to its neighbours, a quarter of the way to those half as high.
    cv::Mat slope = plateau({9, 1}, {4, 0, 1, 1});
    slope.at<float>(0, 5) = 0.5;
    const Ring ring = lines_around(slope, 0.5).front();
    const auto [left, top, right, bottom] = extent(ring);
    CHECK(left == doctest::Approx(4.5 - 0.25));
    CHECK(right == doctest::Approx(4.5 + 0.5));
    CHECK(top == 0);
    CHECK(bottom == 1);
}

TEST_CASE("of a saddle the mean joins what is on its side") {
    const auto rings = [](float high, float low, double level) {
        cv::Mat all = cv::Mat::zeros(4, 4, CV_32F);
        all.at<float>(1, 1) = all.at<float>(2, 2) = high;
        all.at<float>(1, 2) = all.at<float>(2, 1) = low;
        return contour_lines(field_of(all), level, any_number);
    };
    CHECK(rings(1, 0.2F, 0.5).size() == 1);  // the mean is 0.6
    CHECK(rings(1, 0.2F, 0.7).size() == 2);
    const auto mirrored = [](double level) {
        cv::Mat all = cv::Mat::zeros(4, 4, CV_32F);
        all.at<float>(1, 2) = all.at<float>(2, 1) = 1;
        all.at<float>(1, 1) = all.at<float>(2, 2) = 0.2F;
        return contour_lines(field_of(all), level, any_number).size();
    };
    CHECK(mirrored(0.5) == 1);
    CHECK(mirrored(0.7) == 2);
}

TEST_CASE("a hole has a line of its own") {
    cv::Mat all = plateau({12, 12}, {2, 2, 8, 8});
    all(cv::Rect(4, 4, 4, 4)).setTo(0);
    const std::vector<Ring> rings = lines_around(all, 0.9);
    REQUIRE(rings.size() == 2);
    CHECK(is_inside(rings, {3, 3}));
    CHECK_FALSE(is_inside(rings, {6, 6}));
}

TEST_CASE("lines enclose the pixels above their level, and these a share of the attention within a pixel") {
    cv::RNG random(9);
    for (int round = 0; round < 12; ++round) {
        cv::Mat all(60, 80, CV_32F);
        random.fill(all, cv::RNG::UNIFORM, round % 3 == 0 ? -1 : 0, 1);
        cv::GaussianBlur(all, all, {}, round % 2 == 0 ? 6 : 2);
        for (const double share : {0.5, 0.9}) {
            const double level = level_of(all, share);
            const std::vector<Ring> rings = lines_around(all, share);
            const cv::Mat magnitudes = cv::abs(all);
            cv::Mat above = magnitudes > level;
            bool all_agree = true;
            for (int y = 0; y < all.rows; ++y) {
                for (int x = 0; x < all.cols; ++x) {
                    all_agree = all_agree &&
                                is_inside(rings, {x + 0.5, y + 0.5}) == (above.at<std::uint8_t>(y, x) != 0);
                }
            }
            CHECK(all_agree);
            cv::Mat inner;
            cv::erode(above, inner, {});
            const auto enclosed = [&](const cv::Mat& where) {
                cv::Mat kept = cv::Mat::zeros(all.size(), CV_32F);
                magnitudes.copyTo(kept, where);
                return cv::sum(kept)[0];
            };
            const double wanted = share * cv::sum(magnitudes)[0];
            CHECK(enclosed(above) >= wanted);
            CHECK(enclosed(inner) < wanted);
        }
    }
}

TEST_CASE("lines are where they are of the whole picture, whatever part of it has attention") {
    const cv::Mat part(3, 5, CV_32F, cv::Scalar(2));
    for (const cv::Rect place : {cv::Rect(0, 0, 5, 3), cv::Rect(4, 6, 5, 3), cv::Rect(7, 9, 5, 3)}) {
        const cv::Size picture(12, 12);
        const AttentionField field(part, place, picture);
        const cv::Mat all = plateau(picture, place, 2);
        const auto rings = contour_lines(field, 1, any_number);
        const auto whole_rings = contour_lines(field_of(all), 1, any_number);
        REQUIRE(rings.size() == 1);
        CHECK(area(rings[0]) == doctest::Approx(area(whole_rings[0])));
        const auto [left, top, right, bottom] = extent(rings[0]);
        CHECK(cv::Point2d(left, top) == cv::Point2d(place.tl()));
        CHECK(cv::Point2d(right, bottom) == cv::Point2d(place.br()));
    }
}

TEST_CASE("lines that no reader could follow are refused with a remedy") {
    cv::Mat noise(200, 200, CV_32F);
    cv::RNG(1).fill(noise, cv::RNG::UNIFORM, 0, 1);
    CHECK_THROWS_WITH_AS(contour_lines(field_of(noise), 0.5, 1000), doctest::Contains("another style.kind"),
                         Error);
    CHECK(contour_lines(field_of(noise), 0.5, any_number).size() > 1000);
}

TEST_CASE("contours are drawn in the glimpse's colour: a whole line, a dashed one, or one for both") {
    const cv::Size size(400, 300);
    cv::Mat smooth(size, CV_32F);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            smooth.at<float>(y, x) = static_cast<float>(
                std::exp(-0.5 * (std::pow((x - 200) / 40.0, 2) + std::pow((y - 150) / 40.0, 2))));
        }
    }
    const auto figure_of = [&](const cv::Mat& weights, int enlargement = 1) {
        const Lowered map = weighed(weights);
        const LabelledMap labelled{"word", &map};
        OverlayStyle style{OverlayStyle::Kind::contour};
        style.enlargement = enlargement;
        return overlay_figure(speckled(size), {&labelled, 1}, style);
    };
    const auto lines = [](const Figure& figure) {
        std::vector<FigureOutline> coloured;
        for (const FigureShape& shape : figure.shapes) {
            const auto* const outline = std::get_if<FigureOutline>(&shape);
            if (outline != nullptr && outline->colour == glimpse_colour(0)) coloured.push_back(*outline);
        }
        return coloured;
    };
    const auto texts = [](const Figure& figure) {
        std::vector<std::string> all;
        for (const FigureShape& shape : figure.shapes) {
            if (const auto* const text = std::get_if<FigureLettering>(&shape)) all.push_back(text->line.text);
        }
        return all;
    };
    const Figure two = figure_of(smooth);
    CHECK(same(two.pictures.front().pixels, speckled(size)));
    REQUIRE(lines(two).size() == 2);
    CHECK(lines(two)[0].dash == 0);
    CHECK(lines(two)[1].dash > 0);
    CHECK(texts(two) == std::vector<std::string>{"word", "50 %", "90 %"});
    // Of a Gaussian the share beyond r is exp(-r²/2σ²): r = 40 √(2 ln 2) = 47.1, and 40 √(2 ln 10) = 85.8.
    for (const auto& [k, radius] : {std::pair{0, 47.1}, {1, 85.8}}) {
        const auto [left, top, right, bottom] = extent(lines(two)[static_cast<std::size_t>(k)].polygon);
        for (const double reach : {200.5 - left, right - 200.5, 150.5 - top, bottom - 150.5}) {
            CHECK(reach == doctest::Approx(radius).epsilon(0.01));
        }
    }
    const auto [left, top, right, bottom] = extent(lines(figure_of(smooth, 3))[0].polygon);
    CHECK(right - left == doctest::Approx(3 * 2 * 47.1).epsilon(0.01));
    CHECK(bottom - top == doctest::Approx(3 * 2 * 47.1).epsilon(0.01));
    const Figure both = figure_of(plateau(size, {100, 100, 80, 60}));
    REQUIRE(lines(both).size() == 1);
    CHECK(lines(both)[0].dash == 0);
    CHECK(texts(both) == std::vector<std::string>{"word", "50 %, 90 %"});
    CHECK(figure_of(cv::Mat::zeros(size, CV_32F)).shapes.empty());
}
