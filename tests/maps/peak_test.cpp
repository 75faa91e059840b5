#include "maps/peak.hpp"

#include <doctest/doctest.h>

using namespace glimpse;

namespace {

LinearMap weighed(const cv::Mat& a) {
    return {.image = {9, 9}, .glimpse = {9, 9}, .kind = Weights{.region = {2, 3, a.cols, a.rows}, .a = a}};
}

void check_peak(const LinearMap& map, Point expected) {
    const auto found = peak(map);
    REQUIRE(found);
    CHECK(found->x == expected.x);
    CHECK(found->y == expected.y);
}

}  // namespace

TEST_CASE("the peak of weights is the middle of the pixel of the greatest magnitude") {
    const cv::Mat a = (cv::Mat_<float>(2, 3) << 0.1F, 0.5F, 0.2F, 0, 0.3F, -0.9F);
    check_peak(weighed(a), {2 + 2.5, 3 + 1.5});
    const LinearMap sum{
        .image = {9, 9}, .glimpse = {1, 1}, .kind = WeightedSum{Weights{.region = {2, 3, 3, 2}, .a = a}}};
    check_peak(sum, {4.5, 4.5});
}

TEST_CASE("of several greatest weights the peak is the one nearest to their mean") {
    check_peak(weighed(cv::Mat::ones(3, 5, CV_32F)), {2 + 2.5, 3 + 1.5});
    // In columns 0, 1 and 3, of which the mean is 4/3.
    const cv::Mat apart = (cv::Mat_<float>(2, 4) << 1, 1, 0, 1, 0, 0.5F, 0, 0);
    check_peak(weighed(apart), {2 + 1.5, 3 + 0.5});
}

TEST_CASE("weights that are all 0, and maps without weights of pixels, have no peak") {
    CHECK_FALSE(peak(weighed(cv::Mat::zeros(2, 2, CV_32F))));
    CHECK_FALSE(peak(weighed({})));
    CHECK_FALSE(peak({.image = {9, 9}, .glimpse = {2, 2}, .kind = Window{.x0 = 1, .y0 = 1}}));
    CHECK(is_weighed(weighed({})));
    CHECK_FALSE(is_weighed({.image = {9, 9}, .glimpse = {2, 2}, .kind = Window{.x0 = 1, .y0 = 1}}));
}
