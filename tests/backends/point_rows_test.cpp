#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/samples.hpp"
#include "matrices.hpp"
#include "sampling_choices.hpp"
#include "warps.hpp"

// Points that are made row by row where a glimpse is read, beside a list of the same points.

using namespace glimpse;

namespace {

class Draws {
  public:
    int whole(int low, int high) { return random_.uniform(low, high + 1); }
    double uniform(double low, double high) { return random_.uniform(low, high); }
    Point point(double low, double high) { return {uniform(low, high), uniform(low, high)}; }
    std::vector<Point> points(Size size, double low, double high) {
        std::vector<Point> all;
        for (int n = 0; n < size.area(); ++n) all.push_back(point(low, high));
        return all;
    }
    cv::RNG& random() { return random_; }

  private:
    cv::RNG random_{20260606};
};

/// Somewhere about an image of 20×20 pixels, of each kind in turn; half of them inside of it.
Warp random_warp(Draws& draw, int trial, Size glimpse) {
    constexpr int kinds = 9;
    const bool is_inside = trial / kinds % 2 == 0;
    const double low = is_inside ? 1 : -6;
    const double high = is_inside ? 18 : 26;
    const auto field = [&](Size size, double least, double most) {
        return warps::field(draw.points(size, least, most), size.width);
    };
    switch (trial % kinds) {
        case 0:  // whole numbers, and with sides that are upright: rounding decides
            return QuadWarp{{{{2, 2}, {18, 2}, {double(draw.whole(11, 17)), 16}, {3, 16}}}};
        case 1: {  // in two corners of the square each
            const double middle = (low + high) / 2;
            return QuadWarp{{{draw.point(low, middle),
                              {draw.uniform(middle, high), draw.uniform(low, middle)},
                              draw.point(middle, high),
                              {draw.uniform(low, middle), draw.uniform(middle, high)}}}};
        }
        case 2:  // partly behind the viewer
            return ProjectiveWarp{{{{draw.uniform(0, 3), draw.uniform(-1, 1), 2},
                                    {draw.uniform(-1, 1), draw.uniform(0, 3), 2},
                                    {draw.uniform(-0.2, 0.2), draw.uniform(-0.2, 0.2), 1}}}};
        case 7: {  // all in a line: the outermost one is where rounding has it
            const double x = draw.uniform(low, high);
            const std::array<double, 3> d{draw.uniform(0, 0.2), draw.uniform(0, 0.2), 1};
            return ProjectiveWarp{{{{x * d[0], x * d[1], x * d[2]}, {0.1, draw.uniform(0, 2), 2}, d}}};
        }
        case 3:
            return GridWarp{field(glimpse, is_inside ? -0.9 : -1.4, is_inside ? 0.9 : 1.4)};
        case 4:
            return GridWarp{field(glimpse, low, high), true};
        case 5:
            return FlowWarp{field(glimpse, low - 10, high - 10)};
        case 6:
            return FlowWarp{field({draw.whole(1, 5), draw.whole(1, 5)}, low - 10, high - 10)};
        default:
            return LogPolarWarp{draw.point(low, high), {draw.uniform(0.5, 3), draw.uniform(4, 20)}};
    }
}

bool are_same(const cv::Mat& a, const cv::Mat& b) {
    return a.type() == b.type() && a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// Points that are others each time they are made, or the same.
class Rows : public SamplingField {
  public:
    explicit Rows(bool change, bool is_costly = false, bool has_quick_extent = false)
        : change_(change), is_costly_(is_costly), has_quick_extent_(has_quick_extent) {}
    [[nodiscard]] bool is_costly() const override { return is_costly_; }
    [[nodiscard]] bool has_quick_extent() const override { return has_quick_extent_; }
    [[nodiscard]] Size size() const override { return {9, 1}; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        const double x = change_ ? times_ : 0;
        ++times_;
        std::array<Point, 9> row;
        for (std::size_t j = 0; j < row.size(); ++j) row[j] = {x + static_cast<double>(j) / 2, 3.25};
        visit(row);
    }
    [[nodiscard]] int times() const { return times_; }

  private:
    bool change_;
    bool is_costly_;
    bool has_quick_extent_;
    mutable int times_ = 0;
};

}  // namespace

TEST_CASE("points that are made row by row give the pixels and the support of their list, to the bit") {
    const auto cpu = make_backend("cpu");
    const Size image{20, 20};
    Draws draw;
    int projective = 0;
    int behind = 0;
    constexpr int trials = 400;
    for (int trial = 0; trial < trials; ++trial) {
        CAPTURE(trial);
        const Size glimpse{draw.whole(1, 24), draw.whole(1, 9)};
        const SamplingPoints rows =
            sampling_points(random_warp(draw, trial, glimpse), image, glimpse, trial % 3 == 0);
        if (rows.affine()) continue;
        // Before there is a list.
        const Extent* const extent = rows.listed_extent();
        const SamplingPoints list({rows.listed().begin(), rows.listed().end()}, glimpse.width,
                                  rows.border(glimpse));
        REQUIRE((extent == nullptr) == (list.listed_extent() == nullptr));
        behind += extent ? 0 : 1;
        if (extent) {
            const Extent expected = *list.listed_extent();
            CHECK(extent->left == expected.left);
            CHECK(extent->top == expected.top);
            CHECK(extent->right == expected.right);
            CHECK(extent->bottom == expected.bottom);
            projective += trial % 9 < 3 && glimpse.width > 2 && glimpse.height > 2 ? 1 : 0;
        }
        for (const Interpolation interpolation : all_interpolations) {
            for (const Padding padding : all_paddings) {
                const auto map_of = [&](const SamplingPoints& points) {
                    return LinearMap{.image = image,
                                     .glimpse = glimpse,
                                     .kind = Samples{.points = points,
                                                     .interpolation = interpolation,
                                                     .padding = padding,
                                                     .mirror = static_cast<Mirror>(trial % 2)}};
                };
                const LinearMap of_rows = map_of(rows);
                const LinearMap of_list = map_of(list);
                const Rectangle region = support(of_rows);
                REQUIRE(region == support(of_list));
                for (const int depth : {CV_8U, CV_16U, CV_32F}) {
                    const cv::Mat all = laws::random_values(image, depth, 1 + trial % 4, draw.random());
                    const ImageRegion part{
                        region, region.empty()
                                    ? cv::Mat(0, 0, all.type())
                                    : all(cv::Rect(region.x, region.y, region.width, region.height)).clone()};
                    CHECK(are_same(read_one(*cpu, of_rows, part, depth),
                                   read_one(*cpu, of_list, {whole(image), all}, depth)));
                }
            }
        }
    }
    CHECK(projective > trials / 10);
    CHECK(behind > trials / 50);
}

TEST_CASE("listed points far out in a strip are read as tap by tap") {
    const auto cpu = make_backend("cpu");
    constexpr int far = 1 << 20;
    for (const int width : {far, far + 40}) {  // one more than the loop's fixed point holds
        cv::Mat strip(2, width, CV_8U);
        for (int x = 0; x < width; ++x)
            strip.at<uchar>(0, x) = strip.at<uchar>(1, x) = static_cast<uchar>(x % 251);
        constexpr std::size_t count = 24;
        std::vector<Point> points;
        for (std::size_t j = 0; j < count; ++j)
            points.push_back({width - 30 + static_cast<double>(j) + 0.25, 0.5});
        const LinearMap map{.image = {width, 2},
                            .glimpse = {count, 1},
                            .kind = Samples{.points = SamplingPoints(points, count)}};
        const cv::Mat glimpse = read_one(*cpu, map, {whole({width, 2}), strip}, CV_32F);
        for (std::size_t j = 0; j < count; ++j) {
            const int x = width - 30 + static_cast<int>(j);
            const double expected = 0.75 * (x % 251) + 0.25 * ((x + 1) % 251);
            constexpr double tolerance = 255e-6;  // of the range, as of every glimpse
            CHECK(std::abs(glimpse.at<float>(0, static_cast<int>(j)) - expected) <= tolerance);
        }
    }
}

TEST_CASE("points are made once for the support, once for each glimpse, and listed once for adjoints") {
    const auto cpu = make_backend("cpu");
    const Size size{40, 30};
    Draws draw;
    const auto rows = std::make_shared<const Rows>(false);
    const LinearMap map{
        .image = size, .glimpse = rows->size(), .kind = Samples{.points = SamplingPoints(rows)}};
    CHECK(support(map) == Rectangle{0, 3, 5, 2});
    CHECK(rows->times() == 1);
    const cv::Mat image = laws::random_values(size, CV_32F, 3, draw.random());
    const cv::Mat glimpse = read_one(*cpu, map, {whole(size), image}, CV_32F);
    CHECK(rows->times() == 2);
    for (int n = 0; n < 2; ++n) static_cast<void>(cpu->write(map, glimpse));
    CHECK(rows->times() == 3);
}

TEST_CASE("points that are costly are made once, with their extent, and listed") {
    const auto cpu = make_backend("cpu");
    const Size size{40, 30};
    Draws draw;
    const cv::Mat image = laws::random_values(size, CV_32F, 3, draw.random());
    cv::Mat glimpses[2];
    for (const bool is_costly : {false, true}) {
        const auto rows = std::make_shared<const Rows>(false, is_costly);
        const LinearMap map{
            .image = size, .glimpse = rows->size(), .kind = Samples{.points = SamplingPoints(rows)}};
        CHECK(support(map) == Rectangle{0, 3, 5, 2});
        glimpses[is_costly ? 1 : 0] = read_one(*cpu, map, {whole(size), image}, CV_32F);
        static_cast<void>(cpu->write(map, glimpses[0]));
        CHECK(rows->times() == (is_costly ? 1 : 3));
    }
    CHECK(are_same(glimpses[0], glimpses[1]));
}

TEST_CASE("points that are costly are made for their first reading, and listed for the next ones") {
    const auto cpu = make_backend("cpu");
    const Size size{40, 30};
    Draws draw;
    const cv::Mat image = laws::random_values(size, CV_32F, 3, draw.random());
    const auto rows = std::make_shared<const Rows>(false, true, true);
    const LinearMap map{
        .image = size, .glimpse = rows->size(), .kind = Samples{.points = SamplingPoints(rows)}};
    CHECK(support(map) == Rectangle{0, 3, 5, 2});
    CHECK(rows->times() == 1);
    const cv::Mat first = read_one(*cpu, map, {whole(size), image}, CV_32F);
    CHECK(rows->times() == 2);
    for (int k = 0; k < 2; ++k) CHECK(are_same(first, read_one(*cpu, map, {whole(size), image}, CV_32F)));
    CHECK(rows->times() == 3);
}

TEST_CASE("points that are others when they are made again lead nowhere else") {
    const auto rows = std::make_shared<const Rows>(true);
    const SamplingPoints points(rows);
    REQUIRE(points.listed_extent() != nullptr);
    CHECK(points.listed_extent()->right == 4);
    CHECK_THROWS_WITH_AS(points.for_each_row([](const SamplingPoints::Row&) {}),
                         "the sampling points have changed while they were used", Error);
    CHECK_THROWS_AS(static_cast<void>(points.listed()), Error);
    CHECK(rows->times() == 3);
    const Affine affine;
    CHECK_THROWS_AS(SamplingPoints(affine).for_each_row([](const SamplingPoints::Row&) {}), std::logic_error);
}
